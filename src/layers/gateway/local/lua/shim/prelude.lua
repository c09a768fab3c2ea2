-- Makes Lua 5.4 look like the dialect that Kong runs (LuaJIT: 5.1 and some of 5.2), and lets a function of the host be waited for.
-- What 5.4 has beyond that dialect is taken away, so that nothing works here that fails in Kong.
local host = ...
local math_type, raw_tostring = math.type, tostring
local create, resume, status, yield = coroutine.create, coroutine.resume, coroutine.status, coroutine.yield

unpack = table.unpack
loadstring = load
math.pow = function(base, exponent)
  return base ^ exponent
end
math.log10 = function(number)
  return math.log(number, 10)
end
math.ldexp = function(mantissa, exponent)
  return mantissa * 2.0 ^ exponent
end
math.cosh = function(x)
  return (math.exp(x) + math.exp(-x)) / 2
end
math.sinh = function(x)
  return (math.exp(x) - math.exp(-x)) / 2
end
math.tanh = function(x)
  return 1 - 2 / (math.exp(2 * x) + 1)
end
math.atan2 = math.atan
math.frexp = function(x)
  if x == 0 or x ~= x or x == math.huge or x == -math.huge then
    return x, 0
  end
  local exponent = math.floor(math.log(math.abs(x), 2)) + 1
  local mantissa = x / 2.0 ^ exponent
  if math.abs(mantissa) >= 1 then
    return mantissa / 2, exponent + 1
  end
  return mantissa, exponent
end
table.maxn = function(list)
  local largest = 0
  for key in pairs(list) do
    if type(key) == "number" and key > largest then
      largest = key
    end
  end
  return largest
end
-- 5.4 tells 5.0 from 5.
tostring = function(value)
  return math_type(value) == "float" and string.format("%.14g", value) or raw_tostring(value)
end

utf8, warn, rawlen, dofile, loadfile, io, package, print = nil, nil, nil, nil, nil, nil, nil, nil
string.pack, string.unpack, string.packsize = nil, nil, nil
math.type, math.tointeger, math.ult = nil, nil, nil
coroutine.close, coroutine.isyieldable = nil, nil
os = { clock = os.clock, date = os.date, difftime = os.difftime, time = os.time }

-- A call that waits leaves its coroutine with this word, and the host goes on with it.
local WAITING = {}

-- A coroutine inside the call hands the word on.
local function hand_on(co, ok, first, ...)
  if ok and first == WAITING then
    return hand_on(co, resume(co, yield(WAITING)))
  end
  return ok, first, ...
end

coroutine.resume = function(co, ...)
  return hand_on(co, resume(co, ...))
end

local function results(ok, ...)
  if not ok then
    error((...), 0)
  end
  return ...
end

coroutine.wrap = function(body)
  local co = create(body)
  return function(...)
    return results(hand_on(co, resume(co, ...)))
  end
end

-- Modules: the host's own text of them, each run once.
local loaded = {}
package_preload = {}

function require(name)
  if loaded[name] ~= nil then
    return loaded[name]
  end
  local build = package_preload[name]
  if not build then
    local text = host.source(name)
    if not text then
      error("module '" .. name .. "' not found", 2)
    end
    build = assert(load(text, "=" .. name, "t"))
  end
  local module = build(name)
  loaded[name] = module == nil and true or module
  return loaded[name]
end

host.wait = function()
  return yield(WAITING)
end

return require("kong.local.main")(host)
