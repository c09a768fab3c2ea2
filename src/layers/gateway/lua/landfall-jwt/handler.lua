-- Verifies a bearer token against the key set that OIDC discovery names, and tells the service who the user is.
-- Kong's own jwt plugin takes static keys alone; OpenID Connect is not part of open-source Kong.
-- Here is only what is Kong's: what is decided stands in the files beside this one, which run in the tests too.
local algorithms = require "kong.plugins.landfall-jwt.algorithms"
local ask_issuer = require "kong.plugins.landfall-jwt.issuer"
local crypto = require "kong.plugins.landfall-jwt.crypto"
local http = require "kong.plugins.landfall-jwt.http"
local key_sets = require "kong.plugins.landfall-jwt.key_sets"
local token = require "kong.plugins.landfall-jwt.token"

local LandfallJwt = { VERSION = "0.1.0", PRIORITY = 1450 }

-- For each worker.
local get_key_set = key_sets(function(config)
  return ask_issuer(http, config)
end, ngx.now, ngx.sleep)

local function refuse(why)
  kong.log.debug("token refused: ", why)
  return kong.response.exit(401, { message = "Unauthorized" }, { ["WWW-Authenticate"] = "Bearer" })
end

function LandfallJwt:access(config)
  -- 0: all of them. kong.request.get_header looks at the first 100. Two such headers are a table, and no token.
  local found = token.parse(ngx.req.get_headers(0)["authorization"])
  if not found then
    return refuse("no bearer token")
  end
  if not algorithms.is_known(found.alg) then
    return refuse("algorithm")
  end
  local set, why, asleep = get_key_set(config, found.kid)
  if asleep and config.wake then
    -- Returns when the issuer runs; else it answers the client itself.
    require("landfall-wake.main").await(config.wake)
    set, why, asleep = get_key_set(config, found.kid, ngx.now())
  end
  if not set then
    kong.log.warn("the key set could not be fetched: ", why)
    return kong.response.exit(503, { message = "Service unavailable" }, asleep and { ["Retry-After"] = "45" } or nil)
  end
  local jwk = set.keys[found.kid]
  local algorithm = jwk and algorithms.of(found.alg, jwk)
  if not algorithm then
    return refuse("unknown key")
  end
  if not crypto.verify(jwk, algorithm, found.signed, found.signature) then
    return refuse("signature")
  end
  if not token.has_valid_claims(found.claims, set.issuer, ngx.time(), config.leeway) then
    return refuse("claims")
  end
  kong.service.request.set_header("X-User-Id", found.claims.sub)
  kong.service.request.set_header("X-User-Claims", found.encoded_claims)
end

function LandfallJwt:log(config)
  if config.wake then
    require("landfall-wake.main").log()
  end
end

return LandfallJwt
