local typedefs = require "kong.db.schema.typedefs"

return {
  name = "landfall-jwt",
  fields = {
    { consumer = typedefs.no_consumer },
    { protocols = typedefs.protocols_http },
    {
      config = {
        type = "record",
        fields = {
          -- Where the OIDC discovery document is: plain HTTP inside the VPC.
          { discovery_url = typedefs.url { required = true } },
          { host = { type = "string", required = true } },
          -- Seconds that a key set is used before it is asked for again.
          { key_set_ttl = { type = "integer", required = true, default = 300, gt = 0 } },
          -- Seconds between two fetches that an unknown key id may cause.
          { refetch_interval = { type = "integer", required = true, default = 10, gt = 0 } },
          -- Seconds after a fetch that failed before the next.
          { retry_interval = { type = "integer", required = true, default = 5, gt = 0 } },
          -- Seconds by which clocks may differ.
          { leeway = { type = "integer", required = true, default = 30, between = { 0, 300 } } },
        },
      },
    },
  },
}
