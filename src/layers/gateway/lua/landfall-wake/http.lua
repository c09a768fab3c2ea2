-- One request to the load balancer, by a socket of its own: for timers and the access phase, where sockets are allowed.

local LONGEST_BODY = 2000

local function head_of(request)
  local lines = { request.method .. " " .. request.path .. " HTTP/1.1", "Host: " .. request.host, "Connection: close" }
  for name, value in pairs(request.headers or {}) do
    lines[#lines + 1] = name .. ": " .. value
  end
  lines[#lines + 1] = "\r\n"
  return table.concat(lines, "\r\n")
end

-- Status, Server header, and how long the body is: nil where nothing says so.
local function read_head(socket)
  local line, err = socket:receive("*l")
  if not line then
    return nil, err
  end
  local response = { status = tonumber(string.match(line, "^HTTP/1%.%d (%d%d%d)")) }
  if not response.status then
    return nil, "no HTTP response"
  end
  repeat
    line, err = socket:receive("*l")
    if not line then
      return nil, err
    end
    local name, value = string.match(line, "^([^:]+):%s*(.-)%s*$")
    name = name and string.lower(name)
    if name == "server" then
      response.server = value
    elseif name == "content-length" then
      response.length = tonumber(value)
    end
  until line == ""
  return response
end

local function exchange(socket, place, request)
  local milliseconds = request.seconds * 1000
  socket:settimeouts(2000, milliseconds, milliseconds)
  local ok, err = socket:connect(place.address, place.port)
  if not ok then
    return nil, "connecting: " .. tostring(err)
  end
  -- lua-resty-core raises an error where a handshake that needed no waiting ends with a wrong certificate.
  local ended
  ended, ok, err = pcall(socket.sslhandshake, socket, nil, place.server_name, true)
  if not ended or not ok then
    return nil, "TLS: " .. tostring(ended and err or ok)
  end
  local body = request.body or ""
  ok, err = socket:send(head_of(request) .. body)
  if not ok then
    return nil, "sending: " .. tostring(err)
  end
  local response
  response, err = read_head(socket)
  if not response then
    return nil, "receiving: " .. tostring(err)
  end
  if request.wants_body and response.length and response.length > 0 then
    response.body = socket:receive(math.min(response.length, LONGEST_BODY))
  end
  return response
end

-- place: { address, port, server_name }; the certificate must be that name's.
-- request: { method, host, path, headers, body, seconds (longest wait for each part), wants_body }.
-- Returns { status, server, body }; nil and why when there is no answer. `body` is cut where it is long.
return function(place, request)
  local socket = ngx.socket.tcp()
  local response, err = exchange(socket, place, request)
  socket:close()
  return response, err
end
