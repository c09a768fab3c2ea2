-- What a bearer token says, and whether it may say so. Nothing of Kong's or OpenResty's: this file runs as it is in the tests.
local base64url = require "kong.plugins.landfall-jwt.base64url"

-- An instance of its own: the settings of the other are Kong's.
local json = require("cjson.safe").new()
json.decode_invalid_numbers(false)

-- The object that a part of a token is; nil where it is none.
local function object(part)
  local bytes = base64url.decode(part)
  local value = bytes and json.decode(bytes)
  return type(value) == "table" and value or nil
end

-- Takes an Authorization header apart. Returns nil where it has no token of the right form.
-- `signed` is the text that `signature` is of, `encoded_claims` the claims as they came.
local function parse(authorization)
  if type(authorization) ~= "string" then
    return nil
  end
  local scheme, head, body, tail = string.match(authorization, "^(%a+)%s+([%w_-]+)%.([%w_-]+)%.([%w_-]+)$")
  if not scheme or string.lower(scheme) ~= "bearer" then
    return nil
  end
  local header, claims, signature = object(head), object(body), base64url.decode(tail)
  -- `crit` names extensions that must be understood (RFC 7515 section 4.1.11): here is none that is.
  if not header or not claims or not signature or header.crit ~= nil then
    return nil
  end
  if type(header.alg) ~= "string" or type(header.kid) ~= "string" then
    return nil
  end
  return {
    alg = header.alg,
    kid = header.kid,
    claims = claims,
    encoded_claims = body,
    signed = head .. "." .. body,
    signature = signature,
  }
end

-- A subject becomes a header: up to 255 ASCII characters (OpenID Connect Core section 2), none that would end a header or be trimmed.
local function is_subject(text)
  return type(text) == "string" and #text <= 255 and string.find(text, "^[!-~][ -~]*$") ~= nil and string.sub(text, -1) ~= " "
end

-- Whether the issuer is the one asked, the subject can be told on, and the token is in force. now: seconds since 1970.
local function has_valid_claims(claims, issuer, now, leeway)
  if claims.iss ~= issuer or not is_subject(claims.sub) then
    return false
  end
  if type(claims.exp) ~= "number" or now >= claims.exp + leeway then
    return false
  end
  if claims.iat ~= nil and type(claims.iat) ~= "number" then
    return false
  end
  return claims.nbf == nil or (type(claims.nbf) == "number" and now >= claims.nbf - leeway)
end

return { parse = parse, has_valid_claims = has_valid_claims }
