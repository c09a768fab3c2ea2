-- Base64url without padding, as JSON Web Tokens have it (RFC 4648 section 5). Pure Lua.
local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

local byte, char, floor = string.byte, string.char, math.floor

local values = {}
for index = 1, #ALPHABET do
  values[byte(ALPHABET, index)] = index - 1
end

-- How many bytes it stands for; nil where the text is no base64url.
local function length_of(text)
  if #text % 4 == 1 or string.find(text, "[^%w_-]") then
    return nil
  end
  return floor(#text * 3 / 4)
end

-- Returns the bytes; nil where the text is no base64url.
local function decode(text)
  local length = length_of(text)
  if not length then
    return nil
  end
  local bytes, count = {}, 0
  for index = 1, #text, 4 do
    local a, b, c, d = byte(text, index, index + 3)
    local bits = values[a] * 262144 + values[b] * 4096 + (c and values[c] or 0) * 64 + (d and values[d] or 0)
    local high, middle = floor(bits / 65536), floor(bits / 256) % 256
    count = count + 1
    bytes[count] = char(high, middle, bits % 256)
  end
  return string.sub(table.concat(bytes), 1, length)
end

return { decode = decode, length_of = length_of }
