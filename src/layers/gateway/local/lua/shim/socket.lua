-- ngx.socket.tcp: cosockets on sockets of the host. Timeouts are milliseconds.
-- https://github.com/openresty/lua-nginx-module#ngxsockettcp (not re-read)
local DEFAULT_TIMEOUT = 60000

-- host: start a socket operation, which await then waits for. check(): raises an error where the phase has no cosockets.
return function(host, check)
  local Tcp = {}
  Tcp.__index = Tcp

  local function waiting(operation, self, ...)
    check()
    if not self.id then
      return nil, "closed"
    end
    operation(self.id, ...)
    return host.wait()
  end

  function Tcp:settimeouts(connect, send, read)
    self.connect_timeout, self.send_timeout, self.read_timeout = connect, send, read
  end

  function Tcp:settimeout(timeout)
    self:settimeouts(timeout, timeout, timeout)
  end

  function Tcp:connect(name, port, options)
    check()
    if self.id then
      host.socket_close(self.id)
      self.id = nil
    end
    host.socket_connect(name, port, self.connect_timeout)
    local id, err = host.wait()
    if not id then
      return nil, err
    end
    self.id, self.closed = id, false
    return 1
  end

  function Tcp:sslhandshake(reused, server_name, verify, send_status)
    if reused == false then
      return waiting(host.socket_handshake, self, server_name or "", verify and true or false, self.connect_timeout)
    end
    local ok, err = waiting(host.socket_handshake, self, server_name or "", verify and true or false, self.connect_timeout)
    if not ok then
      return nil, err
    end
    return {}
  end

  local function flat(data, parts)
    if type(data) == "table" then
      for _, part in ipairs(data) do
        flat(part, parts)
      end
    else
      parts[#parts + 1] = data == nil and "nil" or tostring(data)
    end
    return parts
  end

  function Tcp:send(data)
    return waiting(host.socket_send, self, table.concat(flat(data, {})), self.send_timeout)
  end

  -- pattern: "*l" (the default), "*a", or a number of bytes.
  function Tcp:receive(pattern)
    return waiting(host.socket_receive, self, pattern or "*l", self.read_timeout)
  end

  function Tcp:receiveany(max)
    return waiting(host.socket_receive, self, "any", self.read_timeout, max)
  end

  function Tcp:close()
    check()
    if not self.id then
      return nil, "closed"
    end
    host.socket_close(self.id)
    self.id = nil
    return 1
  end

  -- There is no pool here: the next connect makes a connection of its own.
  function Tcp:setkeepalive()
    return self:close()
  end

  function Tcp:getreusedtimes()
    return 0
  end

  function Tcp:setoption()
    return true
  end

  return function()
    check()
    return setmetatable({
      connect_timeout = DEFAULT_TIMEOUT,
      send_timeout = DEFAULT_TIMEOUT,
      read_timeout = DEFAULT_TIMEOUT,
    }, Tcp)
  end
end
