-- Removes identity headers that came from outside, before any plugin authenticates: the gateway alone sets them.
-- nginx takes an underscore in a header name for a dash when it passes it on, so both spellings count.
for name in pairs(kong.request.get_headers(1000)) do
  local plain = string.gsub(string.lower(name), "_", "-")
  if string.sub(plain, 1, 7) == "x-user-" or string.sub(plain, 1, 11) == "x-consumer-" or plain == "x-userinfo" then
    kong.service.request.clear_header(name)
  end
end
