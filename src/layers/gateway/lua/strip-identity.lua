-- Removes headers that the gateway alone sets, before any plugin authenticates or counts: identity, and the viewer's address.
-- nginx takes an underscore in a header name for a dash when it passes it on, so both spellings count.
-- 0: all of them. kong.request.get_headers stops at 1000, so a header behind a thousand others would stay.
for name in pairs(ngx.req.get_headers(0)) do
  local plain = string.gsub(string.lower(name), "_", "-")
  if
    string.sub(plain, 1, 7) == "x-user-"
    or string.sub(plain, 1, 11) == "x-consumer-"
    or plain == "x-userinfo"
    or plain == "x-viewer-address"
  then
    kong.service.request.clear_header(name)
  end
end
