-- Keeps a request until the service runs, and those that it calls. One worker looks whether they do; all others wait for its word.
local call = require "landfall-wake.call"
local count = require "landfall-wake.count"
local is_asleep = require "landfall-wake.asleep"
local request = require "landfall-wake.http"
local state = require "landfall-wake.state"

-- Seconds for which an answer proves that a service runs. What it calls is kept awake by the requests to it.
local PROOF, PROOF_OF_CALLED = 1, 10
-- Seconds from one look to the next while it starts, and from one question of a held request to the next.
local LOOK_PAUSE, WAIT = 0.2, 0.1
-- The same while another request has the first look.
local FIRST_WAIT = 0.005
-- Longer than a look takes: whoever did not end it by then is gone.
local LONGEST_LOOK = 10
local WANTED = 2

-- The services that must run: first the one that was asked for.
local function is_up(settings)
  for index, need in ipairs(settings.needs) do
    if not state.is_up(need.service, index == 1 and PROOF or PROOF_OF_CALLED) then
      return false
    end
  end
  return true
end

-- Returns true when all run; false and the name of one that does not; nil when the load balancer cannot be asked.
-- starting: an error of the service itself means that it is not ready.
local function look(settings, starting)
  for index, need in ipairs(settings.needs) do
    if not state.is_up(need.service, index == 1 and PROOF or PROOF_OF_CALLED) then
      local response = request(settings.balancer, { method = "GET", host = need.host, path = need.path, seconds = 3 })
      if not response then
        return nil
      end
      if is_asleep(response.status, response.server) then
        state.missed(need.service)
        return false, need.service
      end
      if starting and response.status >= 500 then
        return false, need.service
      end
      state.seen(need.service)
    end
  end
  return true
end

-- Looks until all run, or nobody waits any longer.
local function watch_on(_, settings)
  local service = settings.service
  while state.get("wanted:" .. service) do
    state.keep("watch:" .. service, LONGEST_LOOK)
    state.put("starting:" .. service, true, LONGEST_LOOK)
    local ok, up, sleeper = pcall(look, settings, true)
    if ok and up then
      break
    end
    if ok and sleeper then
      call(settings, sleeper)
    end
    ngx.sleep(LOOK_PAUSE)
  end
  state.drop("starting:" .. service)
  state.release("watch:" .. service)
end

local function watch(settings)
  local lock = "watch:" .. settings.service
  if not state.take(lock, LONGEST_LOOK) then
    return
  end
  local ok, err = ngx.timer.at(0, watch_on, settings)
  if not ok then
    state.release(lock)
    kong.log.err("landfall: nobody watches ", settings.service, " start: no timer: ", err)
  end
end

-- The first look of all that come at the same time. Returns whether the request may go on.
local function look_first(settings)
  local lock = "look:" .. settings.service
  if not state.take(lock, LONGEST_LOOK) then
    ngx.sleep(FIRST_WAIT)
    return false
  end
  local ok, up, sleeper = pcall(look, settings, false)
  if ok and sleeper then
    state.put("starting:" .. settings.service, true, LONGEST_LOOK)
    call(settings, sleeper)
  end
  state.release(lock)
  -- What cannot be asked cannot be waited for: the client gets what becomes of the request itself.
  return not ok or up == nil or up
end

-- Returns whether the request is among those that wait, which are limited.
local function enter(settings)
  if kong.ctx.shared.landfall_held then
    return true
  end
  if not count.enter(settings.max_held) then
    return false
  end
  kong.ctx.shared.landfall_held = true
  -- The whole body: what the client sends later must not hide that it left.
  if settings.reads_body then
    ngx.req.read_body()
  end
  return true
end

-- In the log phase too, where every request ends, however it does.
local function leave()
  if kong.ctx.shared.landfall_held then
    kong.ctx.shared.landfall_held = nil
    count.leave()
  end
end

local function wait(settings)
  -- From when the request first waited, for whatever it was.
  local ctx = kong.ctx.shared
  ctx.landfall_since = ctx.landfall_since or ngx.now()
  local give_up = ctx.landfall_since + settings.hold
  while not is_up(settings) do
    if ngx.now() >= give_up then
      return false
    end
    if state.get("starting:" .. settings.service) then
      if not enter(settings) then
        return false
      end
      count.tell()
      state.put("wanted:" .. settings.service, true, WANTED)
      watch(settings)
      ngx.sleep(WAIT)
    elseif look_first(settings) then
      return true
    end
  end
  return true
end

-- wait(settings): returns true when the request may go on to the service; false when it waited for as long as it may, or when too many
-- wait already.
return {
  wait = function(settings)
    local runs = wait(settings)
    leave()
    return runs
  end,
  leave = leave,
}
