-- The parts of Kong's plugin development kit that Landfall's Lua uses, on top of ngx, with Kong's rule of which function may be called
-- in which phase. The same file stands for Kong in the local gateway and in the tests' real ngx_lua.
-- https://developer.konghq.com/gateway/pdk/reference/ (read 2026-11-25)

local function set(names)
  local phases = {}
  for name in string.gmatch(names, "%S+") do
    phases[name] = true
  end
  return phases
end

local REQUEST = set "rewrite access header_filter body_filter log"
local BEFORE_SERVICE = set "rewrite access"
local UNTIL_HEADERS = set "rewrite access header_filter"
local FROM_HEADERS = set "header_filter body_filter log"
local RESPONSE_BODY = set "body_filter"

local function check(phases)
  local phase = ngx.get_phase()
  if not phases[phase] then
    error("function cannot be called in " .. tostring(phase) .. " phase", 3)
  end
end

local function first(value)
  if type(value) == "table" then
    return value[1]
  end
  return value
end

-- Values of a header, as a text or a list of texts.
local function header_values(value)
  if type(value) ~= "table" then
    return tostring(value)
  end
  local texts = {}
  for index, one in ipairs(value) do
    texts[index] = tostring(one)
  end
  return texts
end

local function check_header(name, value)
  if type(name) ~= "string" then
    error("header name must be a string, got " .. type(name), 3)
  end
  local kind = type(value)
  if kind ~= "string" and kind ~= "number" and kind ~= "boolean" and kind ~= "table" then
    error("header value for '" .. name .. "' must be a string, number, boolean or table, got " .. kind, 3)
  end
end

local function with_headers(headers, use)
  if type(headers) ~= "table" then
    error("headers must be a table", 3)
  end
  for name, value in pairs(headers) do
    check_header(name, value)
    use(name, header_values(value))
  end
end

-- What the phases of one request share.
local function of_request(key)
  local ctx = ngx.ctx
  if not ctx[key] then
    ctx[key] = {}
  end
  return ctx[key]
end

local function split_target()
  local path, query = string.match(ngx.var.request_uri, "^([^?]*)%??(.*)$")
  return path, query
end

local function request_of()
  local request = {}

  function request.get_method()
    check(REQUEST)
    return ngx.req.get_method()
  end

  function request.get_scheme()
    check(REQUEST)
    return ngx.var.scheme
  end

  function request.get_host()
    check(REQUEST)
    return ngx.var.host
  end

  function request.get_port()
    check(REQUEST)
    return tonumber(ngx.var.server_port)
  end

  function request.get_http_version()
    check(REQUEST)
    return ngx.req.http_version()
  end

  function request.get_raw_path()
    check(REQUEST)
    return (split_target())
  end

  function request.get_path()
    check(REQUEST)
    return ngx.var.uri
  end

  function request.get_raw_query()
    check(REQUEST)
    local _, query = split_target()
    return query
  end

  function request.get_path_with_query()
    check(REQUEST)
    return ngx.var.request_uri
  end

  function request.get_query(max)
    check(REQUEST)
    return ngx.req.get_uri_args(max)
  end

  function request.get_query_arg(name)
    check(REQUEST)
    return first(ngx.req.get_uri_args()[name])
  end

  -- As in Kong: of the first hundred headers, the first of several.
  function request.get_header(name)
    check(REQUEST)
    return first(ngx.req.get_headers()[name])
  end

  function request.get_headers(max)
    check(REQUEST)
    return ngx.req.get_headers(max)
  end

  function request.get_raw_body()
    check(BEFORE_SERVICE)
    ngx.req.read_body()
    return ngx.req.get_body_data() or ""
  end

  function request.get_start_time()
    check(REQUEST)
    return math.floor(ngx.req.start_time() * 1000)
  end

  return request
end

local function service_request_of()
  local request = {}

  function request.set_method(method)
    check(BEFORE_SERVICE)
    ngx.req.set_method_name(method)
  end

  function request.set_path(path)
    check(BEFORE_SERVICE)
    ngx.req.set_path_and_query(path, nil)
  end

  function request.set_raw_query(query)
    check(BEFORE_SERVICE)
    ngx.req.set_path_and_query(nil, query)
  end

  function request.set_header(name, value)
    check(BEFORE_SERVICE)
    check_header(name, value)
    ngx.req.set_header(name, header_values(value))
  end

  function request.add_header(name, value)
    check(BEFORE_SERVICE)
    check_header(name, value)
    local values = {}
    for _, given in ipairs({ ngx.req.get_headers(0)[name], header_values(value) }) do
      for _, one in ipairs(type(given) == "table" and given or { given }) do
        values[#values + 1] = one
      end
    end
    ngx.req.set_header(name, values)
  end

  function request.clear_header(name)
    check(BEFORE_SERVICE)
    ngx.req.clear_header(name)
  end

  function request.set_headers(headers)
    check(BEFORE_SERVICE)
    with_headers(headers, ngx.req.set_header)
  end

  return request
end

local function service_response_of(platform)
  local response = {}

  -- nil when the service gave none.
  function response.get_status()
    check(FROM_HEADERS)
    return platform.service_status()
  end

  function response.get_header(name)
    check(FROM_HEADERS)
    return first(ngx.resp.get_headers()[name])
  end

  function response.get_headers(max)
    check(FROM_HEADERS)
    return ngx.resp.get_headers(max)
  end

  return response
end

local function response_of(platform)
  local response = {}

  function response.get_status()
    check(FROM_HEADERS)
    return ngx.status
  end

  function response.set_status(status)
    check(UNTIL_HEADERS)
    if type(status) ~= "number" or status < 100 or status > 599 then
      error("code must be a number between 100 and 599", 2)
    end
    ngx.status = status
  end

  function response.get_header(name)
    check(FROM_HEADERS)
    return first(ngx.resp.get_headers()[name])
  end

  function response.get_headers(max)
    check(FROM_HEADERS)
    return ngx.resp.get_headers(max)
  end

  function response.set_header(name, value)
    check(UNTIL_HEADERS)
    check_header(name, value)
    ngx.header[name] = header_values(value)
  end

  function response.add_header(name, value)
    check(UNTIL_HEADERS)
    check_header(name, value)
    local values = {}
    for _, given in ipairs({ ngx.header[name] or {}, header_values(value) }) do
      for _, one in ipairs(type(given) == "table" and given or { given }) do
        values[#values + 1] = one
      end
    end
    ngx.header[name] = values
  end

  function response.clear_header(name)
    check(UNTIL_HEADERS)
    ngx.header[name] = nil
  end

  function response.set_headers(headers)
    check(UNTIL_HEADERS)
    with_headers(headers, function(name, values)
      ngx.header[name] = values
    end)
  end

  -- "exit": a plugin's or the gateway's own; "service"; "error": the service gave none.
  function response.get_source()
    check(FROM_HEADERS)
    return platform.source()
  end

  -- In header_filter the head alone: a body there comes by body_filter.
  function response.exit(status, body, headers)
    check(body == nil and UNTIL_HEADERS or BEFORE_SERVICE)
    if type(status) ~= "number" or status < 100 or status > 599 then
      error("code must be a number between 100 and 599", 2)
    end
    ngx.ctx.KONG_EXITED = true
    ngx.status = status
    with_headers(headers or {}, function(name, values)
      ngx.header[name] = values
    end)
    if type(body) == "table" then
      if not ngx.header["Content-Type"] then
        ngx.header["Content-Type"] = "application/json; charset=utf-8"
      end
      body = assert(platform.json.encode(body))
    end
    ngx.header["Content-Length"] = #(body or "")
    if ngx.get_phase() == "header_filter" then
      return
    end
    ngx.print(body or "")
    return ngx.exit(status)
  end

  -- The whole body with the last chunk, before that nil.
  function response.get_raw_body()
    check(RESPONSE_BODY)
    local ctx = ngx.ctx
    local chunk = ngx.arg[1]
    if type(chunk) == "string" and chunk ~= "" then
      ctx.KONG_BODY_BUFFER = (ctx.KONG_BODY_BUFFER or "") .. chunk
    end
    if not ngx.arg[2] then
      ngx.arg[1] = nil
      return nil
    end
    ngx.arg[1], ctx.KONG_BODY_BUFFER = ctx.KONG_BODY_BUFFER or "", nil
    return ngx.arg[1]
  end

  function response.set_raw_body(body)
    check(RESPONSE_BODY)
    if type(body) ~= "string" then
      error("body must be a string", 2)
    end
    -- nginx takes no empty last chunk.
    ngx.arg[1], ngx.arg[2] = body == "" and "\n" or body, true
    ngx.ctx.KONG_BODY_BUFFER = nil
  end

  return response
end

local function log_of()
  local function at(level)
    return function(...)
      ngx.log(level, ...)
    end
  end
  local log = {
    debug = at(ngx.DEBUG), info = at(ngx.INFO), notice = at(ngx.NOTICE), warn = at(ngx.WARN), err = at(ngx.ERR),
    crit = at(ngx.CRIT), alert = at(ngx.ALERT), emerg = at(ngx.EMERG),
  }
  return setmetatable(log, {
    __call = function(_, ...)
      log.notice(...)
    end,
  })
end

local function vault_of(platform)
  local vault = {}

  function vault.is_reference(text)
    return type(text) == "string" and string.match(text, "^{vault://%l[%l%d-]*/.+}$") ~= nil
  end

  -- Of the vault `env` alone: {vault://env/wake-up-secret} is WAKE_UP_SECRET.
  function vault.get(reference)
    if not vault.is_reference(reference) then
      return nil, "not a reference"
    end
    local name = string.match(reference, "^{vault://env/([%w_-]+)}$")
    local value = name and platform.env((string.gsub(string.upper(name), "-", "_")))
    if not value then
      return nil, "could not get value from external vault (no value found)"
    end
    return value
  end

  return vault
end

-- platform: { json, env(name), source(), route(), service(), service_status(), set_upstream_target(host, port), plugin_key(), node_id() }.
return function(platform)
  local function ctx_of(_, key)
    if key == "shared" then
      return of_request("KONG_SHARED")
    elseif key == "plugin" then
      return of_request("KONG_PLUGIN_" .. tostring(platform.plugin_key()))
    end
    return nil
  end

  return {
    version = "3.9.3",
    version_num = 3009003,
    request = request_of(),
    service = {
      request = service_request_of(),
      response = service_response_of(platform),
      set_target = function(host, port)
        check(BEFORE_SERVICE)
        platform.set_upstream_target(host, port)
      end,
    },
    response = response_of(platform),
    client = {
      get_ip = function()
        check(REQUEST)
        return ngx.var.realip_remote_addr
      end,
      -- The address that the realip module found.
      get_forwarded_ip = function()
        check(REQUEST)
        return ngx.var.remote_addr
      end,
    },
    router = {
      get_route = function()
        check(REQUEST)
        return platform.route()
      end,
      get_service = function()
        check(REQUEST)
        return platform.service()
      end,
    },
    node = { get_id = platform.node_id },
    ctx = setmetatable({}, { __index = ctx_of }),
    vault = vault_of(platform),
    log = log_of(),
  }
end
