-- Kong's sandbox for the Lua of pre- and post-functions (`untrusted_lua`, no global added), from the facts of Kong 3.9.3: what is not
-- named here does not exist for a snippet, modules are read-only, `require` refuses what is not listed.
local GLOBALS = "_VERSION assert error ipairs next pairs pcall select tonumber tostring type unpack xpcall"
local MODULES = {
  coroutine = "create resume running status wrap yield",
  math = "abs acos asin atan atan2 ceil cos cosh deg exp fmod floor frexp huge ldexp log log10 max min modf pi pow random sin sinh "
    .. "sqrt tan tanh",
  os = "clock date difftime time",
  string = "byte char find format gmatch gsub len lower match rep reverse sub upper",
  table = "concat insert maxn remove sort",
}

local function pick(from, names)
  local picked = {}
  for name in string.gmatch(names, "%S+") do
    picked[name] = from[name]
  end
  return picked
end

local function read_only(name, members)
  return setmetatable({}, {
    __index = members,
    __newindex = function(_, key)
      error("attempt to modify " .. name .. "." .. tostring(key), 2)
    end,
  })
end

local function requiring(allowed)
  return function(name)
    if not allowed[name] then
      error(string.format("require '%s' not allowed within sandbox", name), 2)
    end
    return require(name)
  end
end

local function sandboxed(requires)
  local environment = pick(_G, GLOBALS)
  for module, members in pairs(MODULES) do
    environment[module] = read_only(module, pick(_G[module], members))
  end
  local allowed = {}
  for _, name in ipairs(requires or {}) do
    allowed[name] = true
  end
  environment._G = environment
  environment.require = requiring(allowed)
  environment.kong = kong
  environment.ngx = ngx
  return environment
end

local MODES = {
  on = function()
    return _G
  end,
  off = function()
    error("loading of untrusted Lua code disabled because 'untrusted_lua' config option is set to 'off'", 0)
  end,
  sandbox = sandboxed,
}

-- Compiles a snippet. Only text is taken, no bytecode. mode: `untrusted_lua`, default "sandbox"; requires: the modules that it may load.
return function(text, name, mode, requires)
  return assert(load(text, "=" .. name, "t", MODES[mode or "sandbox"](requires)))
end
