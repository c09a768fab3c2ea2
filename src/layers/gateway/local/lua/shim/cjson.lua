-- cjson.safe: what is wrong is nil and why, not an error.
return function(host)
  local function new()
    local module = { null = host.null() }
    -- The host's JSON knows no numbers that JSON has not, so there is nothing to forbid.
    function module.decode_invalid_numbers() end
    module.encode, module.decode = host.json_encode, host.json_decode
    module.new = new
    return module
  end
  return new()
end
