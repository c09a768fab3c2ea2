-- Asks the wake-up function to start services: once for all that ask at the same time, again when it fails, never in a client's way.
local request = require "landfall-wake.http"
local state = require "landfall-wake.state"

-- Seconds before each attempt.
local PAUSES = { 0, 0.5, 1, 2, 4 }
-- The function answers when all are started, which takes as long as it waits for those that others call.
local LONGEST_ANSWER = 55
-- A call that did not end by then is given up: whoever made it is gone.
local LONGEST_ATTEMPT = 60
local PAUSE_AFTER_FAILURE = 5

-- Returns nil when services were started; else why not, and whether another attempt makes sense.
local function attempt(settings, token)
  local response, err = request(settings.balancer, {
    method = "POST",
    host = "wake.internal",
    path = "/",
    headers = { ["X-Wake-Token"] = token, ["Content-Type"] = "application/json", ["Content-Length"] = #settings.wake },
    body = settings.wake,
    seconds = LONGEST_ANSWER,
    wants_body = true,
  })
  if not response then
    return err, true
  end
  if response.status == 200 then
    return nil
  end
  -- A token that is wrong, or a question that is: the next attempt would be the same.
  return "status " .. tostring(response.status) .. " " .. (response.body or ""), response.status >= 500
end

local function try(settings, lock)
  local token, err = kong.vault.get("{vault://env/wake-token}")
  if not token then
    return "WAKE_TOKEN cannot be read: " .. tostring(err)
  end
  local why, again
  for number, pause in ipairs(PAUSES) do
    if pause > 0 then
      ngx.sleep(pause)
    end
    state.keep(lock, LONGEST_ATTEMPT)
    local started = ngx.now()
    why, again = attempt(settings, token)
    if not why then
      state.woken(settings.scope, started)
    end
    if not why or not again then
      return why
    end
    kong.log.warn("landfall: attempt ", number, " to wake services failed: ", why)
  end
  return why
end

local function run(_, settings, service, lock)
  local started = ngx.now()
  local ok, why = pcall(try, settings, lock)
  if ok and not why then
    state.release(lock)
    kong.log.notice("landfall: services were woken for ", service, " in ", ngx.now() - started, " s")
    return
  end
  state.keep(lock, PAUSE_AFTER_FAILURE)
  -- An alarm counts these lines by their words.
  kong.log.err("landfall: the wake-up failed for ", service, ": ", why)
end

-- service: the one that was found asleep. Returns at once.
return function(settings, service)
  local lock = "call:" .. settings.scope
  if state.is_waking(settings.scope, service) or not state.take(lock, LONGEST_ATTEMPT) then
    return
  end
  local ok, err = ngx.timer.at(0, run, settings, service, lock)
  if not ok then
    state.release(lock)
    kong.log.err("landfall: the wake-up failed for ", service, ": no timer: ", err)
  end
end
