-- Which algorithms are taken, and which keys are fit for them. Nothing of Kong's or OpenResty's: this file runs as it is in the tests.
local base64url = require "kong.plugins.landfall-jwt.base64url"

-- Only asymmetric ones, each with the key type it needs: a public key must never be taken for an HMAC secret.
local algorithms = {
  RS256 = { kty = "RSA", digest = "sha256" },
  RS384 = { kty = "RSA", digest = "sha384" },
  RS512 = { kty = "RSA", digest = "sha512" },
  ES256 = { kty = "EC", digest = "sha256", crv = "P-256" },
  ES384 = { kty = "EC", digest = "sha384", crv = "P-384" },
}

-- At least 2048 bits (RFC 7518 section 3.3).
local SMALLEST_MODULUS_BYTES = 256

local function has_rsa_numbers(jwk)
  local bytes = type(jwk.n) == "string" and base64url.length_of(jwk.n)
  return bytes and bytes >= SMALLEST_MODULUS_BYTES and type(jwk.e) == "string"
end

local function may_verify(jwk)
  if jwk.use ~= nil and jwk.use ~= "sig" then
    return false
  end
  if jwk.key_ops == nil then
    return true
  end
  for _, operation in ipairs(type(jwk.key_ops) == "table" and jwk.key_ops or {}) do
    if operation == "verify" then
      return true
    end
  end
  return false
end

-- The algorithm of this name where the key is fit for it, else nil.
local function of(name, jwk)
  local algorithm = algorithms[name]
  if not algorithm or jwk.kty ~= algorithm.kty or (jwk.alg ~= nil and jwk.alg ~= name) or not may_verify(jwk) then
    return nil
  end
  if algorithm.kty == "RSA" then
    return has_rsa_numbers(jwk) and algorithm or nil
  end
  return jwk.crv == algorithm.crv and type(jwk.x) == "string" and type(jwk.y) == "string" and algorithm or nil
end

local function is_known(name)
  return algorithms[name] ~= nil
end

return { of = of, is_known = is_known }
