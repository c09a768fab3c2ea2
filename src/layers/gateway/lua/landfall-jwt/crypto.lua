-- The other module that differs between the image and the tests: how a signature is verified. Here by Kong's OpenSSL.
local json = require "cjson.safe"
local pkey = require "resty.openssl.pkey"

-- By JWK: a set's keys are read once.
local read = setmetatable({}, { __mode = "k" })

local function is_signed(jwk, algorithm, text, signature)
  -- Without `type`: lua-resty-openssl refuses it for this format.
  local key = read[jwk] or assert(pkey.new(json.encode(jwk), { format = "JWK" }))
  read[jwk] = key
  local ecdsa = algorithm.kty == "EC" and { ecdsa_use_raw = true } or nil
  return key:verify(signature, text, algorithm.digest, nil, ecdsa) == true
end

-- Whether `signature` is the key's, of `text`. algorithm: `kty`, `digest`. Whatever is wrong with the key, it is not.
local function verify(...)
  local ok, signed = pcall(is_signed, ...)
  return ok and signed
end

return { verify = verify }
