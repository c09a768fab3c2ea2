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
          -- Of an issuer that can sleep: what landfall-wake must know of it. Nobody can be let in while it sleeps.
          {
            wake = {
              type = "record",
              fields = {
                { service = { type = "string", required = true } },
                {
                  balancer = {
                    type = "record",
                    required = true,
                    fields = {
                      { address = typedefs.host { required = true } },
                      { port = typedefs.port { required = true } },
                      { server_name = { type = "string", required = true } },
                    },
                  },
                },
                { scope = { type = "string", required = true } },
                { wake = { type = "string", required = true, len_min = 0 } },
                { retry_after = { type = "integer", required = true } },
                { hold = { type = "integer" } },
                { max_held = { type = "integer" } },
                {
                  needs = {
                    type = "array",
                    elements = {
                      type = "record",
                      fields = {
                        { service = { type = "string", required = true } },
                        { host = { type = "string", required = true } },
                        { path = { type = "string", required = true } },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
}
