-- One of the two modules that differ between the image and the tests: how a document is fetched. Here by Kong's HTTP client.
local http = require "resty.http"

-- Returns { status, server, body }; nil and why when there is no answer. `server` is the response's Server header.
local function get(url, host)
  local client = http.new()
  client:set_timeouts(2000, 2000, 5000)
  local response, err = client:request_uri(url, { headers = { ["Host"] = host } })
  if not response then
    return nil, err
  end
  return { status = response.status, server = response.headers["Server"], body = response.body }
end

return { get = get }
