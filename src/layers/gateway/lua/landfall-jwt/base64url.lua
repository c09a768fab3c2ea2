-- Base64url without padding, as JSON Web Tokens have it (RFC 4648 section 5). Pure Lua.
local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

local values = {}
for index = 1, #ALPHABET do
  values[string.byte(ALPHABET, index)] = index - 1
end

-- Returns the bytes; nil where the text is no base64url.
local function decode(text)
  if #text % 4 == 1 then
    return nil
  end
  local bytes, rest, bits = {}, 0, 0
  for index = 1, #text do
    local value = values[string.byte(text, index)]
    if not value then
      return nil
    end
    rest, bits = rest * 64 + value, bits + 6
    if bits >= 8 then
      bits = bits - 8
      local byte = math.floor(rest / 2 ^ bits)
      rest = rest - byte * 2 ^ bits
      bytes[#bytes + 1] = string.char(byte)
    end
  end
  return table.concat(bytes)
end

return { decode = decode }
