-- Who asks, for the rate limit: CloudFront's word without the port, which changes with each connection. IPv6 stands there without
-- brackets (2001:db8::1:443), so the port is what follows the last colon. Without CloudFront it is the peer.
-- Two such headers, or one that is no address, are nobody's word.
local given = ngx.req.get_headers(0)["cloudfront-viewer-address"]
local address = type(given) == "string" and string.match(given, "^%[?([%x:.]+)%]?:%d+$") or kong.client.get_forwarded_ip()
kong.service.request.set_header("X-Viewer-Address", address)
