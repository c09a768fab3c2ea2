-- Loads a plugin as Kong does: its handler, and its configuration with the defaults of its schema.
local preload = package_preload or package.preload
preload["kong.db.schema.typedefs"] = function()
  local function of(kind)
    return function(field)
      field.type = kind
      return field
    end
  end
  return { no_consumer = {}, protocols_http = {}, url = of("string"), host = of("string"), port = of("integer") }
end

local function fields_of(schema)
  for _, field in ipairs(schema.fields) do
    if field.config then
      return field.config.fields
    end
  end
  error(schema.name .. " has no config")
end

-- The configuration as the handler gets it. Raises an error where Kong would refuse it.
local function configured(schema, given)
  local config, rest = {}, {}
  for name, value in pairs(given) do
    rest[name] = value
  end
  for _, field in ipairs(fields_of(schema)) do
    local name, rule = next(field)
    local value = rest[name]
    rest[name] = nil
    if value == nil then
      value = rule.default
    end
    if value == nil and rule.required then
      error(schema.name .. ": " .. name .. " is missing")
    end
    config[name] = value
  end
  if next(rest) then
    error(schema.name .. ": " .. next(rest) .. " is unknown")
  end
  return config
end

-- Returns { priority, has(phase), run(phase) }.
return function(name, given)
  local handler = require("kong.plugins." .. name .. ".handler")
  local config = configured(require("kong.plugins." .. name .. ".schema"), given)
  return {
    priority = handler.PRIORITY,
    has = function(phase)
      return handler[phase] ~= nil
    end,
    run = function(phase)
      if handler[phase] then
        handler[phase](handler, config)
      end
    end,
  }
end
