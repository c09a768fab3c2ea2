-- Verifies a bearer token against the key set that OIDC discovery names, and tells the service who the user is.
-- Kong's own jwt plugin takes static keys alone; OpenID Connect is not part of open-source Kong.
local cjson = require "cjson.safe"
local http = require "resty.http"
local pkey = require "resty.openssl.pkey"

local LandfallJwt = { VERSION = "0.1.0", PRIORITY = 1450 }

-- Only asymmetric algorithms, each with the key type it needs: a public key must never be taken for an HMAC secret.
local ALGORITHMS = {
  RS256 = { kty = "RSA", digest = "sha256" },
  RS384 = { kty = "RSA", digest = "sha384" },
  RS512 = { kty = "RSA", digest = "sha512" },
  ES256 = { kty = "EC", digest = "sha256", crv = "P-256" },
  ES384 = { kty = "EC", digest = "sha384", crv = "P-384" },
}

-- By discovery URL, for each worker: { issuer, keys, fetched_at }.
local key_sets = {}

local function decode(part)
  local padded = string.gsub(part, "[-_]", { ["-"] = "+", ["_"] = "/" })
  padded = padded .. string.rep("=", (4 - #padded % 4) % 4)
  return ngx.decode_base64(padded)
end

local function encode(text)
  local encoded = string.gsub(ngx.encode_base64(text, true), "[+/]", { ["+"] = "-", ["/"] = "_" })
  return encoded
end

local function get_json(url, host)
  local client = http.new()
  client:set_timeouts(2000, 2000, 5000)
  local response, err = client:request_uri(url, { headers = { ["Host"] = host } })
  if not response then
    return nil, err
  end
  if response.status ~= 200 then
    local asleep = response.headers["Server"] == "awselb/2.0" and (response.status == 502 or response.status == 503)
    return nil, "status " .. response.status, asleep
  end
  return cjson.decode(response.body)
end

local function fetch(config)
  local discovery, err, asleep = get_json(config.discovery_url, config.host)
  if not discovery then
    return nil, err, asleep
  end
  if type(discovery) ~= "table" or type(discovery.jwks_uri) ~= "string" then
    return nil, "the discovery document has no jwks_uri"
  end
  local set
  set, err, asleep = get_json(discovery.jwks_uri, config.host)
  if type(set) ~= "table" or type(set.keys) ~= "table" then
    return nil, err or "the key set has no keys", asleep
  end
  local keys = {}
  for _, jwk in ipairs(set.keys) do
    if jwk.kid and (jwk.use == nil or jwk.use == "sig") then
      keys[jwk.kid] = jwk
    end
  end
  return { issuer = discovery.issuer, keys = keys, fetched_at = ngx.now() }
end

-- The key set; fetched when there is none, when it is old, or when it lacks `kid`, but not more often than the interval.
local function key_set(config, kid)
  local known = key_sets[config.discovery_url]
  local age = known and ngx.now() - known.fetched_at
  if known and age < config.key_set_ttl and (known.keys[kid] or age < config.refetch_interval) then
    return known
  end
  local fetched, err, asleep = fetch(config)
  if fetched then
    key_sets[config.discovery_url] = fetched
    return fetched
  end
  -- Keys that were good stay good while the issuer cannot be asked.
  if known and known.keys[kid] then
    return known
  end
  return nil, err, asleep
end

local function refuse(why)
  kong.log.debug("token refused: ", why)
  return kong.response.exit(401, { message = "Unauthorized" }, { ["WWW-Authenticate"] = "Bearer" })
end

local function valid_times(claims, leeway)
  local now = ngx.time()
  if type(claims.exp) ~= "number" or now > claims.exp + leeway then
    return false
  end
  return claims.nbf == nil or (type(claims.nbf) == "number" and now >= claims.nbf - leeway)
end

function LandfallJwt:access(config)
  local authorization = kong.request.get_header("Authorization")
  local token = authorization and string.match(authorization, "^[Bb]earer%s+([%w%-_]+%.[%w%-_]+%.[%w%-_]+)$")
  if not token then
    return refuse("no bearer token")
  end
  local head, body, signature = string.match(token, "^([^.]+)%.([^.]+)%.([^.]+)$")
  local header = cjson.decode(decode(head) or "")
  local payload = decode(body)
  local claims = cjson.decode(payload or "")
  if type(header) ~= "table" or type(claims) ~= "table" then
    return refuse("not a token")
  end
  local algorithm = ALGORITHMS[header.alg]
  if not algorithm or type(header.kid) ~= "string" then
    return refuse("algorithm or key id")
  end
  local set, err, asleep = key_set(config, header.kid)
  if not set then
    kong.log.warn("the key set could not be fetched: ", err)
    return kong.response.exit(503, { message = "Service unavailable" }, asleep and { ["Retry-After"] = "45" } or nil)
  end
  local jwk = set.keys[header.kid]
  if not jwk or jwk.kty ~= algorithm.kty or (algorithm.crv and jwk.crv ~= algorithm.crv) then
    return refuse("unknown key")
  end
  -- Without `type`: lua-resty-openssl refuses it for this format.
  local key = pkey.new(cjson.encode(jwk), { format = "JWK" })
  local raw = decode(signature)
  local ecdsa = algorithm.kty == "EC" and { ecdsa_use_raw = true } or nil
  if not key or not raw or not key:verify(raw, head .. "." .. body, algorithm.digest, nil, ecdsa) then
    return refuse("signature")
  end
  if claims.iss ~= set.issuer or type(claims.sub) ~= "string" or not valid_times(claims, config.leeway) then
    return refuse("claims")
  end
  kong.service.request.set_header("X-User-Id", claims.sub)
  kong.service.request.set_header("X-User-Claims", encode(payload))
end

return LandfallJwt
