-- How many requests the gateway holds: each worker counts its own and tells the others, so that what a worker that died held is forgotten.
local state = require "landfall-wake.state"

local TOLD_SECONDS = 3

local held, told_at = 0, 0
local count = {}

-- Tells the others, at most each second unless `now`.
function count.tell(now)
  if now or ngx.now() - told_at > 1 then
    told_at = ngx.now()
    state.put("held:" .. (ngx.worker.id() or 0), held, TOLD_SECONDS)
  end
end

local function total()
  local sum, own = held, ngx.worker.id() or 0
  for id = 0, ngx.worker.count() - 1 do
    if id ~= own then
      sum = sum + (state.get("held:" .. id) or 0)
    end
  end
  return sum
end

-- Whether one more may be held; then it is counted, until `leave`.
function count.enter(most)
  if total() >= most then
    return false
  end
  held = held + 1
  count.tell(true)
  return true
end

function count.leave()
  held = held - 1
  count.tell(true)
end

return count
