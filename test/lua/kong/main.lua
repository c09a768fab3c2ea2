-- Runs what plan.json says in the phases of a request, as Kong does: by priority, functions in the sandbox.
-- pdk.lua, sandbox.lua and plugins.lua are those of the local gateway.
-- plan.json: { [name] = { functions = { [phase] = { text, … } }, postFunctions = …, plugins = { { name, config }, … } } }.
local json = require "cjson.safe"

-- A clock that the tests set: seconds since 1970, or the real time.
local real_now, fixed = ngx.now, nil
ngx.now = function()
  return fixed or real_now()
end
ngx.time = function()
  return math.floor(ngx.now())
end

-- Whose answer it is: a plugin's, the service's, or nginx's own when there was none.
local function source()
  if ngx.ctx.KONG_EXITED then
    return "exit"
  end
  local answered = ngx.var.upstream_header_time
  return answered and answered ~= "" and answered ~= "-" and "service" or "error"
end

-- What the development kit needs of Kong itself.
_G.kong = require "pdk" {
  json = json,
  env = os.getenv,
  source = source,
  service_status = function()
    return tonumber(ngx.var.upstream_status)
  end,
  plugin_key = function()
    return ngx.ctx.plugin
  end,
}
local sandbox = require "sandbox"
local load_plugin = require "plugins"

local PRE_FUNCTION_PRIORITY, POST_FUNCTION_PRIORITY = 1000000, -1000

-- Errors are told at the first request, as Kong does: the sandbox looks at what runs.
local function functions_of(texts, priority, requires)
  local compiled = {}
  for phase, chunks in pairs(texts) do
    compiled[phase] = {}
    for index, text in ipairs(chunks) do
      compiled[phase][index] = sandbox(text, phase .. ":" .. index, "sandbox", requires)
    end
  end
  return {
    priority = priority,
    run = function(phase)
      for _, chunk in ipairs(compiled[phase] or {}) do
        chunk()
      end
    end,
  }
end

local plans = {}

local function read(path)
  local file = assert(io.open(path))
  local text = file:read("*a")
  file:close()
  return assert(json.decode(text))
end

-- names: the modules that snippets may require, with spaces between.
local function init(path, names)
  local requires = {}
  for name in string.gmatch(names, "%S+") do
    requires[#requires + 1] = name
  end
  for name, plan in pairs(read(path)) do
    local steps = {
      functions_of(plan.functions or {}, PRE_FUNCTION_PRIORITY, requires),
      functions_of(plan.postFunctions or {}, POST_FUNCTION_PRIORITY, requires),
    }
    for _, plugin in ipairs(plan.plugins or {}) do
      steps[#steps + 1] = load_plugin(plugin.name, plugin.config)
    end
    table.sort(steps, function(a, b)
      return a.priority > b.priority
    end)
    plans[name] = steps
  end
end

local function run(phase)
  for index, step in ipairs(plans[ngx.var.plan] or {}) do
    ngx.ctx.plugin = index
    step.run(phase)
  end
end

local function set_clock(seconds)
  fixed = tonumber(seconds)
end

return { init = init, run = run, set_clock = set_clock }
