-- Asks an issuer for its keys: the discovery document, then the key set that it names. Nothing of Kong's or OpenResty's.
local json = require "cjson.safe"

-- The load balancer's own 502 or 503: nothing runs behind it.
local function is_asleep(response)
  return response.server == "awselb/2.0" and (response.status == 502 or response.status == 503)
end

-- Returns the object; else nil, why, and whether the issuer is asleep.
local function get_object(http, url, host)
  local response, err = http.get(url, host)
  if not response then
    return nil, tostring(err), false
  end
  if response.status ~= 200 then
    return nil, "status " .. tostring(response.status), is_asleep(response)
  end
  local value = json.decode(response.body)
  if type(value) ~= "table" then
    return nil, "no JSON object", false
  end
  return value
end

-- The keys by id. The last of two with one id counts.
local function by_id(list)
  local keys = {}
  for _, jwk in ipairs(list) do
    if type(jwk) == "table" and type(jwk.kid) == "string" then
      keys[jwk.kid] = jwk
    end
  end
  return keys
end

-- http: a module with `get(url, host)`, which returns { status, server, body }, or nil and why.
-- Returns { issuer, keys }; else nil, why, and whether the issuer is asleep.
return function(http, config)
  local discovery, err, asleep = get_object(http, config.discovery_url, config.host)
  if not discovery then
    return nil, err, asleep
  end
  if type(discovery.issuer) ~= "string" or type(discovery.jwks_uri) ~= "string" then
    return nil, "the discovery document has no issuer or no jwks_uri", false
  end
  local set
  set, err, asleep = get_object(http, discovery.jwks_uri, config.host)
  if not set then
    return nil, err, asleep
  end
  if type(set.keys) ~= "table" then
    return nil, "the key set has no keys", false
  end
  return { issuer = discovery.issuer, keys = by_id(set.keys) }
end
