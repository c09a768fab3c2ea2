-- What the gateway does about services that sleep. The snippets of post-function call it, with the settings of their service:
-- {
--   service      = "offers-service",
--   balancer     = { address, port, server_name }   where 8443 is, and the name in its certificate
--   scope        = "all", or the service that shall be woken with what it calls
--   wake         = ""                                what the wake-up function is sent
--   retry_after  = 45                                seconds
-- }
local answer = require "landfall-wake.answer"
local call = require "landfall-wake.call"
local state = require "landfall-wake.state"

local wake = {}

-- The load balancer's own 503: no task. Its own 502: a task that does not take connections yet, or no longer. A service's own 5xx is
-- its answer, and after the load balancer's 504 the service may have done the work.
local function is_asleep(status, server)
  return server == "awselb/2.0" and (status == 503 or status == 502)
end

-- header_filter: instead of the load balancer's words the client gets ours, and services are started.
function wake.header_filter(settings)
  if kong.response.get_source() ~= "service" then
    return
  end
  if not is_asleep(kong.response.get_status(), kong.response.get_header("Server")) then
    state.seen(settings.service)
    return
  end
  state.missed(settings.service)
  call(settings)
  local body, type = answer(settings, kong.request.get_method(), kong.request.get_header("Accept"))
  kong.ctx.shared.landfall_waking = body
  kong.response.set_status(503)
  kong.response.clear_header("Server")
  kong.response.set_header("Content-Type", type)
  kong.response.set_header("Content-Length", #body)
  kong.response.set_header("Cache-Control", "no-store")
  kong.response.set_header("Retry-After", settings.retry_after)
end

-- body_filter: the body that belongs to what header_filter answered.
function wake.body_filter()
  local body = kong.ctx.shared.landfall_waking
  if body and kong.response.get_raw_body() then
    kong.response.set_raw_body(body)
  end
end

return wake
