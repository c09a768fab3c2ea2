-- The gateway's program: what runs in which phase, for which request. The host calls what this file returns.
return function(host)
  local current
  local requests = {}
  local timers, next_timer = {}, 1

  local wait = host.wait

  -- While one waits others run: afterwards it is this one's turn again.
  local function go_on(mine, ...)
    current = mine
    return ...
  end

  host.wait = function()
    return go_on(current, wait())
  end

  local function get_current()
    return current
  end

  local function run_later(delay, callback, ...)
    local id = next_timer
    next_timer = id + 1
    timers[id] = { callback = callback, args = { ... }, count = select("#", ...) }
    local ok, err = host.timer(id, delay)
    if not ok then
      timers[id] = nil
    end
    return ok, err
  end

  package_preload["cjson.safe"] = function()
    return require("kong.local.cjson")(host)
  end
  package_preload["kong.plugins.landfall-jwt.http"] = function()
    return {
      get = function(url, name)
        host.http_get(url, name)
        return host.wait()
      end,
    }
  end
  package_preload["kong.plugins.landfall-jwt.crypto"] = function()
    return { verify = host.verify }
  end

  _G.ngx = require("kong.local.ngx")(host, get_current, run_later)
  _G.kong = require("kong.local.pdk")({
    json = require("cjson.safe"),
    env = host.environment,
    source = host.source_of_response,
    route = host.route,
    service = host.service,
    service_status = host.service_status,
    set_upstream_target = host.set_upstream_target,
    plugin_key = function()
      return current.plugin
    end,
    node_id = host.node_id,
  })
  local sandbox = require("kong.local.sandbox")
  local load_plugin = require("kong.local.plugins")

  local plugins = {}

  local function add(phases)
    plugins[#plugins + 1] = phases
    return #plugins
  end

  local function request_of(id)
    local request = requests[id]
    if not request then
      request = { ctx = {}, vars = {} }
      requests[id] = request
    end
    return request
  end

  local function begin(plugin, phase, id)
    current = { phase = phase, request = request_of(id), plugin = plugin }
    return plugins[plugin][phase]
  end

  local program = {}

  -- texts: by phase. mode, requires: Kong's `untrusted_lua` and its list. Returns what stands for them.
  function program.functions(texts, mode, requires)
    local phases = {}
    for phase, chunks in pairs(texts) do
      local functions = {}
      for index, text in ipairs(chunks) do
        functions[index] = sandbox(text, phase .. ":" .. index, mode, requires)
      end
      phases[phase] = function()
        for _, chunk in ipairs(functions) do
          chunk()
        end
      end
    end
    return add(phases)
  end

  -- A plugin by its name. Returns what stands for it, its priority, and the phases that it has, as a text.
  function program.plugin(name, config)
    local loaded = load_plugin(name, config)
    local phases, names = {}, {}
    for _, phase in ipairs({ "access", "header_filter", "body_filter", "log" }) do
      if loaded.has(phase) then
        names[#names + 1] = phase
        phases[phase] = function()
          loaded.run(phase)
        end
      end
    end
    return add(phases), loaded.priority, table.concat(names, " ")
  end

  function program.run(plugin, phase, id)
    begin(plugin, phase, id)()
  end

  -- Returns the chunk that is sent on, and whether it is the last.
  function program.body_filter(plugin, id, chunk, last)
    local filter = begin(plugin, "body_filter", id)
    local arg = ngx.arg
    arg[1], arg[2] = chunk, last
    filter()
    return arg[1], arg[2]
  end

  function program.forget(id)
    requests[id] = nil
  end

  function program.timer(id, premature)
    local timer = timers[id]
    timers[id] = nil
    current = { phase = "timer", request = { ctx = {}, vars = {} } }
    timer.callback(premature, unpack(timer.args, 1, timer.count))
  end

  return program
end
