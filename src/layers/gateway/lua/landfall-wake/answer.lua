-- What a client gets while a service starts. Nothing of Kong's or nginx's: this file runs as it is in the tests.

-- Seconds after which the page asks again: sooner than a program should, since somebody is watching.
local PAGE_SECONDS = 5

local JSON = '{"message":"The service is starting. Try again in %s seconds.","code":"SERVICE_WAKING","retryAfterSeconds":%s,"service":"%s"}'

local HTML = [[<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="%s">
<title>Starting</title>
</head>
<body style="font-family: system-ui, sans-serif; margin: 20vh auto; max-width: 30em; padding: 0 1em">
<h1>Starting</h1>
<p>Nobody was here for a while, so this service went to sleep. It is starting now; this page opens by itself when it runs.</p>
</body>
</html>
]]

-- The weight that an Accept header gives exactly this type, and where it stands; 0 when it does not name it.
local function weight_of(accept, wanted)
  local position = 0
  for part in string.gmatch(accept, "[^,]+") do
    position = position + 1
    if string.match(string.lower(part), "^%s*([^;%s]+)") == wanted then
      return tonumber(string.match(part, ";%s*[qQ]%s*=%s*([%d.]+)")) or 1, position
    end
  end
  return 0, position + 1
end

-- Whether HTML is wanted, and rather than JSON.
local function prefers_html(accept)
  local html, html_at = weight_of(accept, "text/html")
  local json, json_at = weight_of(accept, "application/json")
  return html > 0 and (html > json or (html == json and html_at < json_at))
end

-- A page can only ask again for what was asked for without a body.
-- Returns the body and its type. `accept`: the Accept header, or nil.
return function(settings, method, accept)
  if (method == "GET" or method == "HEAD") and prefers_html(accept or "") then
    return string.format(HTML, tostring(math.min(PAGE_SECONDS, settings.retry_after))), "text/html; charset=utf-8"
  end
  local seconds = tostring(settings.retry_after)
  return string.format(JSON, seconds, seconds, settings.service), "application/json; charset=utf-8"
end
