-- The parts of ngx_lua that Kong's Lua and Landfall's use, with ngx_lua's rule of what each phase may do.
-- https://github.com/openresty/lua-nginx-module (not re-read); the rules are those that real ngx_lua shows in the tests.

local function set(names)
  local phases = {}
  for name in string.gmatch(names, "%S+") do
    phases[name] = true
  end
  return phases
end

-- Sockets and sleep; the request; its body; an answer of one's own.
local WAITS = set "access timer"
local REQUEST = set "access header_filter body_filter log"
local BODY = set "access"
local ANSWERS = set "access"
local STATUS = set "access header_filter body_filter log"

-- The shared dictionaries that Kong 3.9 declares.
local DICTS = "kong kong_locks kong_healthchecks kong_cluster_events kong_rate_limiting_counters kong_core_db_cache "
  .. "kong_core_db_cache_miss kong_db_cache kong_db_cache_miss kong_secrets"

local CONSTANTS = {
  OK = 0, ERROR = -1, AGAIN = -2, DONE = -4, DECLINED = -5,
  STDERR = 0, EMERG = 1, ALERT = 2, CRIT = 3, ERR = 4, WARN = 5, NOTICE = 6, INFO = 7, DEBUG = 8,
  HTTP_OK = 200, HTTP_CREATED = 201, HTTP_ACCEPTED = 202, HTTP_NO_CONTENT = 204, HTTP_MOVED_PERMANENTLY = 301,
  HTTP_MOVED_TEMPORARILY = 302, HTTP_SEE_OTHER = 303, HTTP_NOT_MODIFIED = 304, HTTP_TEMPORARY_REDIRECT = 307,
  HTTP_BAD_REQUEST = 400, HTTP_UNAUTHORIZED = 401, HTTP_FORBIDDEN = 403, HTTP_NOT_FOUND = 404, HTTP_NOT_ALLOWED = 405,
  HTTP_REQUEST_TIMEOUT = 408, HTTP_CONFLICT = 409, HTTP_GONE = 410, HTTP_TOO_MANY_REQUESTS = 429, HTTP_CLOSE = 444,
  HTTP_INTERNAL_SERVER_ERROR = 500, HTTP_NOT_IMPLEMENTED = 501, HTTP_BAD_GATEWAY = 502, HTTP_SERVICE_UNAVAILABLE = 503,
  HTTP_GATEWAY_TIMEOUT = 504,
}

-- current(): the run, { phase, request }: `request` is { id, ctx, vars }, of a timer its own.
-- run_later(delay, callback, ...): true, or nil and why.
return function(host, current, run_later)
  local function check(phases)
    local phase = current().phase
    if not phases[phase] then
      local where = phase == "timer" and "ngx.timer" or phase .. "_by_lua*"
      error("API disabled in the context of " .. where, 3)
    end
  end

  local function insensitive(headers)
    return setmetatable(headers, {
      __index = function(self, key)
        if type(key) ~= "string" then
          return nil
        end
        local plain = string.gsub(string.lower(key), "_", "-")
        return plain ~= key and rawget(self, plain) or nil
      end,
    })
  end

  local ngx = { null = host.null() }
  for name, value in pairs(CONSTANTS) do
    ngx[name] = value
  end

  ngx.now = host.now
  ngx.time = host.time
  ngx.update_time = function() end
  ngx.get_phase = function()
    return current().phase
  end

  function ngx.log(level, ...)
    local parts = { ... }
    for index = 1, select("#", ...) do
      parts[index] = tostring(parts[index])
    end
    host.log(level, table.concat(parts))
  end

  function ngx.sleep(seconds)
    check(WAITS)
    host.sleep(tonumber(seconds))
    return host.wait()
  end

  ngx.req = {
    get_headers = function(max, raw)
      check(REQUEST)
      local headers, err = host.request_headers(max or 100, raw and true or false)
      return raw and headers or insensitive(headers), err
    end,
    set_header = function(name, value)
      check(REQUEST)
      if type(value) == "table" then
        host.set_request_header(name, value)
      else
        host.set_request_header(name, value ~= nil and tostring(value) or nil)
      end
    end,
    clear_header = function(name)
      check(REQUEST)
      host.set_request_header(name, nil)
    end,
    get_method = function()
      check(REQUEST)
      return host.variable("request_method")
    end,
    set_method_name = function(name)
      check(ANSWERS)
      host.set_target("method", name)
    end,
    set_path_and_query = function(path, query)
      check(ANSWERS)
      host.set_target("target", path, query)
    end,
    get_uri_args = function(max)
      check(REQUEST)
      return host.query_arguments(max or 100)
    end,
    http_version = function()
      check(REQUEST)
      return tonumber(string.match(host.variable("server_protocol"), "%d%.?%d*"))
    end,
    start_time = function()
      check(REQUEST)
      return host.start_time()
    end,
    read_body = function()
      check(BODY)
      host.read_body()
      host.wait()
    end,
    get_body_data = function()
      check(REQUEST)
      return host.body_data()
    end,
    get_body_file = function()
      return nil
    end,
  }

  ngx.resp = {
    get_headers = function(max, raw)
      check(REQUEST)
      local headers, err = host.response_headers(max or 100, raw and true or false)
      return raw and headers or insensitive(headers), err
    end,
    add_header = function(name, value)
      check(STATUS)
      host.add_response_header(name, value)
    end,
  }

  ngx.header = setmetatable({}, {
    __index = function(_, name)
      check(STATUS)
      return host.response_header(string.gsub(name, "_", "-"))
    end,
    __newindex = function(_, name, value)
      check(STATUS)
      if value ~= nil and type(value) ~= "table" then
        value = tostring(value)
      end
      host.set_response_header((string.gsub(name, "_", "-")), value)
    end,
  })

  -- [1]: the chunk, [2]: whether it is the last. Set anew for each.
  ngx.arg = {}

  ngx.var = setmetatable({}, {
    __index = function(_, name)
      check(REQUEST)
      local own = current().request.vars[name]
      if own ~= nil then
        return own
      end
      return host.variable(name)
    end,
    __newindex = function(_, name, value)
      check(REQUEST)
      current().request.vars[name] = value
    end,
  })

  local function print_all(data)
    if type(data) == "table" then
      for _, part in ipairs(data) do
        print_all(part)
      end
    else
      host.print(tostring(data))
    end
  end

  function ngx.print(...)
    check(ANSWERS)
    for index = 1, select("#", ...) do
      print_all((select(index, ...)))
    end
    return 1
  end

  function ngx.say(...)
    ngx.print(...)
    return ngx.print("\n")
  end

  -- In access it ends the handler; elsewhere it returns.
  function ngx.exit(status)
    local phase = current().phase
    host.exit(status, phase == "access" or phase == "timer")
    if phase == "access" or phase == "timer" then
      host.wait()
    end
  end

  ngx.timer = {
    at = run_later,
    every = function(delay, callback, ...)
      local args, count = { ... }, select("#", ...)
      local function again(premature)
        if not premature then
          run_later(delay, again)
        end
        callback(premature, unpack(args, 1, count))
      end
      return run_later(delay, again)
    end,
  }

  ngx.worker = {
    exiting = host.exiting,
    id = function()
      return 0
    end,
    count = function()
      return 1
    end,
    pid = host.pid,
  }

  local new_dict = require("kong.local.shared_dict")(host.now)
  ngx.shared = {}
  for name in string.gmatch(DICTS, "%S+") do
    ngx.shared[name] = new_dict()
  end
  for _, name in ipairs(host.shared_dictionaries()) do
    ngx.shared[name] = new_dict()
  end

  ngx.socket = {
    tcp = require("kong.local.socket")(host, function()
      check(WAITS)
    end),
  }

  ngx.config = { subsystem = "http", debug = false }
  ngx.escape_uri = host.escape_uri
  ngx.unescape_uri = host.unescape_uri
  ngx.encode_base64 = host.encode_base64
  ngx.decode_base64 = host.decode_base64

  return setmetatable(ngx, {
    __index = function(_, key)
      if key == "ctx" then
        return current().request.ctx
      elseif key == "status" then
        check(STATUS)
        return host.status()
      elseif key == "headers_sent" then
        local phase = current().phase
        return phase == "body_filter" or phase == "log"
      end
      return nil
    end,
    __newindex = function(self, key, value)
      if key == "ctx" then
        current().request.ctx = value
      elseif key == "status" then
        check(STATUS)
        host.set_status(value)
      else
        rawset(self, key, value)
      end
    end,
  })
end
