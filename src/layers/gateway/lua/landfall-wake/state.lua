-- What the workers of one gateway know together. Every entry ends by itself, so that nothing of a worker that died stays.

-- The image's own; see KONG_NGINX_HTTP_LUA_SHARED_DICT.
local shared = ngx.shared.landfall

-- Longer than any service takes to start: after it a wake-up that led to nothing is asked for again.
local WAKING_SECONDS = 60

local state = {}

local function time_of(event, service)
  return shared:get(event .. ":" .. service) or 0
end

-- A service answered.
function state.seen(service)
  shared:set("seen:" .. service, ngx.now(), 2 * WAKING_SECONDS)
end

-- The load balancer answered in its place.
function state.missed(service)
  shared:set("missed:" .. service, ngx.now(), 2 * WAKING_SECONDS)
end

-- Whether it answered within the last seconds, and the load balancer not since.
function state.is_up(service, seconds)
  local at = time_of("seen", service)
  return ngx.now() - at < seconds and at > time_of("missed", service)
end

-- Services were asked to start, by a call that was sent then. `scope`: which services.
function state.woken(scope, at)
  shared:set("woken:" .. scope, at, WAKING_SECONDS)
end

-- Whether the service was asked to start, and did not answer since.
function state.is_waking(scope, service)
  return time_of("seen", service) < time_of("woken", scope)
end

-- Returns true to one caller alone, until `release` or for so many seconds.
function state.take(key, seconds)
  return (shared:add("lock:" .. key, true, seconds))
end

-- For so many seconds from now, whoever has it.
function state.keep(key, seconds)
  shared:set("lock:" .. key, true, seconds)
end

function state.release(key)
  shared:delete("lock:" .. key)
end

-- Whatever else the workers tell each other, for so many seconds.
function state.put(key, value, seconds)
  shared:set(key, value, seconds)
end

function state.get(key)
  return shared:get(key)
end

function state.drop(key)
  shared:delete(key)
end

return state
