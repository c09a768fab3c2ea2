-- What the gateway does about services that sleep. The snippets of post-function call it, with the settings of their service:
-- {
--   service      = "offers-service",
--   balancer     = { address, port, server_name }   where 8443 is, and the name in its certificate
--   scope        = "all", or the service that shall be woken with what it calls
--   wake         = ""                                what the wake-up function is sent
--   retry_after  = 45                                seconds
--   hold         = 50                                seconds that a request waits at most; none where clients are told to come back
--   max_held     = 100                               requests that wait at the same time
--   needs        = { { service, host, path }, … }    the service and those that it calls, and where each says that it is healthy
--   reads_body   = true                              a request that waits is read first: its size was checked
-- }
local answer = require "landfall-wake.answer"
local call = require "landfall-wake.call"
local hold = require "landfall-wake.hold"
local is_asleep = require "landfall-wake.asleep"
local state = require "landfall-wake.state"

local wake = {}

-- access: the request waits until the service runs, or is told to come back.
function wake.access(settings)
  if settings.hold and hold.wait(settings) then
    return
  end
  call(settings, settings.service)
  local body, type = answer(settings, kong.request.get_method(), kong.request.get_header("Accept"))
  return kong.response.exit(503, body, {
    ["Content-Type"] = type,
    ["Cache-Control"] = "no-store",
    ["Retry-After"] = settings.retry_after,
  })
end

-- access, of a plugin that found a service asleep which it must ask itself.
function wake.await(settings)
  state.missed(settings.service)
  return wake.access(settings)
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
  call(settings, settings.service)
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

-- log: where every request ends, also that of a client that left while it waited.
wake.log = hold.leave

return wake
