-- The parts of Kong's plugin development kit that Landfall's Lua uses, with Kong's rule of which function may be called in which phase.
-- https://developer.konghq.com/gateway/pdk/reference/ (read 2026-11-25)
local json = require "cjson.safe"

local function set(names)
  local phases = {}
  for name in string.gmatch(names, "%S+") do
    phases[name] = true
  end
  return phases
end

local BEFORE_SERVICE = set "rewrite access"
local UNTIL_HEADERS = set "rewrite access header_filter"
local HEADERS = set "header_filter"
local RESPONSE = set "header_filter body_filter log"
local RESPONSE_BODY = set "body_filter"
local ANY = set "rewrite access header_filter body_filter log"

local function check(phases)
  local phase = ngx.ctx.phase
  if not phases[phase] then
    error("function cannot be called in " .. tostring(phase) .. " phase", 3)
  end
end

local request = {}

-- As in Kong: the first hundred headers, the first of several.
function request.get_header(name)
  check(ANY)
  local value = ngx.req.get_headers()[name]
  return type(value) == "table" and value[1] or value
end

function request.get_headers(max)
  check(ANY)
  return ngx.req.get_headers(max)
end

function request.get_method()
  check(ANY)
  return ngx.req.get_method()
end

local service_request = {}

function service_request.set_header(name, value)
  check(BEFORE_SERVICE)
  ngx.req.set_header(name, value)
end

function service_request.clear_header(name)
  check(BEFORE_SERVICE)
  ngx.req.clear_header(name)
end

local response = {}

function response.set_header(name, value)
  check(UNTIL_HEADERS)
  ngx.header[name] = value
end

function response.clear_header(name)
  check(UNTIL_HEADERS)
  ngx.header[name] = nil
end

function response.get_header(name)
  check(RESPONSE)
  local value = ngx.header[name]
  return type(value) == "table" and value[1] or value
end

function response.get_status()
  check(RESPONSE)
  return ngx.status
end

function response.set_status(status)
  check(HEADERS)
  ngx.status = status
end

-- Whose answer it is: a plugin's, the service's, or nginx's own when there was none.
function response.get_source()
  check(RESPONSE)
  if ngx.ctx.exited then
    return "exit"
  end
  local answered = ngx.var.upstream_header_time
  return answered and answered ~= "" and answered ~= "-" and "service" or "error"
end

-- Kong's own may be called in header_filter too, without a body: nothing of Landfall's does.
function response.exit(status, body, headers)
  check(BEFORE_SERVICE)
  ngx.ctx.exited = true
  ngx.status = status
  if type(body) == "table" then
    ngx.header["Content-Type"] = "application/json; charset=utf-8"
    body = json.encode(body)
  end
  for name, value in pairs(headers or {}) do
    ngx.header[name] = value
  end
  ngx.header["Content-Length"] = #(body or "")
  ngx.print(body or "")
  return ngx.exit(ngx.HTTP_OK)
end

function response.get_raw_body()
  check(RESPONSE_BODY)
  ngx.ctx.body = (ngx.ctx.body or "") .. (ngx.arg[1] or "")
  if not ngx.arg[2] then
    ngx.arg[1] = nil
    return nil
  end
  return ngx.ctx.body
end

function response.set_raw_body(body)
  check(RESPONSE_BODY)
  ngx.arg[1], ngx.arg[2] = body, true
end

local function logs(level)
  return function(...)
    ngx.log(level, ...)
  end
end

local client = {}

-- The address that the realip module found.
function client.get_forwarded_ip()
  check(ANY)
  return ngx.var.remote_addr
end

local vault = {}

-- Of the environment's vault: a name with dashes is a variable with underscores.
function vault.get(reference)
  local name = string.match(reference, "^{vault://env/([%w-]+)}$")
  local value = name and os.getenv((string.upper(name):gsub("-", "_")))
  if not value then
    return nil, "no value for " .. reference
  end
  return value
end

-- Of one request, in all of its phases.
local shared = setmetatable({}, {
  __index = function(_, key)
    return ngx.ctx.shared and ngx.ctx.shared[key]
  end,
  __newindex = function(_, key, value)
    ngx.ctx.shared = ngx.ctx.shared or {}
    ngx.ctx.shared[key] = value
  end,
})

return {
  vault = vault,
  request = request,
  service = { request = service_request },
  response = response,
  client = client,
  ctx = { shared = shared },
  log = {
    debug = logs(ngx.DEBUG),
    info = logs(ngx.INFO),
    notice = logs(ngx.NOTICE),
    warn = logs(ngx.WARN),
    err = logs(ngx.ERR),
  },
}
