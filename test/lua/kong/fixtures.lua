-- What stands in for http.lua and crypto.lua of landfall-jwt: both ask the test's own server, by real cosockets.
local json = require "cjson.safe"

return function(port)
  -- Returns { status, server, body }, or nil and why.
  local function exchange(method, path, host, body)
    local socket = ngx.socket.tcp()
    socket:settimeout(5000)
    local ok, err = socket:connect("127.0.0.1", port)
    if not ok then
      return nil, err
    end
    socket:send({
      method, " ", path, " HTTP/1.0\r\nHost: ", host, "\r\nContent-Length: ", tostring(#body), "\r\n\r\n", body,
    })
    local text
    text, err = socket:receive("*a")
    socket:close()
    local head, rest = string.match(text or "", "^(.-\r\n)\r\n(.*)$")
    if not head then
      return nil, err or "no answer"
    end
    return {
      status = tonumber(string.match(head, "^HTTP/1%.%d (%d+)")),
      server = string.match(head, "\r\n[Ss]erver: ([^\r]*)\r\n"),
      body = rest,
    }
  end

  package.preload["kong.plugins.landfall-jwt.http"] = function()
    return {
      get = function(url, host)
        return exchange("GET", string.match(url, "^http://[^/]+(/.*)$"), host, "")
      end,
    }
  end

  package.preload["kong.plugins.landfall-jwt.crypto"] = function()
    return {
      verify = function(jwk, algorithm, text, signature)
        local question = { jwk = jwk, algorithm = algorithm, text = text, signature = ngx.encode_base64(signature) }
        local answer = assert(exchange("POST", "/verify", "crypto", json.encode(question)))
        return answer.body == "true"
      end,
    }
  end
end
