-- ngx.shared.DICT: one worker, so a table. Values are texts, numbers and booleans; times are seconds.
-- https://github.com/openresty/lua-nginx-module#ngxshareddict (not re-read)
local Dict = {}
Dict.__index = Dict

local KINDS = { string = true, number = true, boolean = true }

return function(now)
  local function live(dict, key)
    local entry = dict.entries[key]
    if entry and entry.expires and entry.expires <= now() then
      return nil, entry
    end
    return entry, entry
  end

  local function put(dict, key, value, ttl, flags)
    if key == nil then
      return nil, "nil key"
    end
    if value == nil then
      dict.entries[key] = nil
      return true, nil, false
    end
    if not KINDS[type(value)] then
      return nil, "bad value type"
    end
    local expires = ttl and ttl > 0 and now() + ttl or nil
    dict.entries[key] = { value = value, expires = expires, flags = flags ~= 0 and flags or nil }
    return true, nil, false
  end

  function Dict:get(key)
    local entry = live(self, key)
    if not entry then
      return nil
    end
    return entry.value, entry.flags
  end

  function Dict:get_stale(key)
    local entry, stale = live(self, key)
    if not stale then
      return nil
    end
    return stale.value, stale.flags, entry == nil
  end

  function Dict:set(key, value, ttl, flags)
    return put(self, key, value, ttl, flags)
  end

  function Dict:add(key, value, ttl, flags)
    if live(self, key) then
      return false, "exists", false
    end
    return put(self, key, value, ttl, flags)
  end

  function Dict:replace(key, value, ttl, flags)
    if not live(self, key) then
      return false, "not found", false
    end
    return put(self, key, value, ttl, flags)
  end

  function Dict:delete(key)
    self.entries[key] = nil
    return true
  end

  function Dict:incr(key, step, init, ttl)
    local entry = live(self, key)
    if not entry then
      if init == nil then
        return nil, "not found"
      end
      put(self, key, init + step, ttl)
      return init + step, nil, false
    end
    if type(entry.value) ~= "number" then
      return nil, "not a number"
    end
    entry.value = entry.value + step
    return entry.value, nil, false
  end

  -- 0: it never expires.
  function Dict:ttl(key)
    local entry = live(self, key)
    if not entry then
      return nil, "not found"
    end
    return entry.expires and entry.expires - now() or 0
  end

  function Dict:expire(key, ttl)
    local entry = live(self, key)
    if not entry then
      return nil, "not found"
    end
    entry.expires = ttl > 0 and now() + ttl or nil
    return true
  end

  function Dict:flush_all()
    self.entries = {}
  end

  function Dict:flush_expired()
    local count = 0
    for key in pairs(self.entries) do
      if not live(self, key) then
        self.entries[key], count = nil, count + 1
      end
    end
    return count
  end

  function Dict:get_keys(max)
    local keys = {}
    for key in pairs(self.entries) do
      if live(self, key) and (max == 0 or #keys < (max or 1024)) then
        keys[#keys + 1] = key
      end
    end
    return keys
  end

  Dict.safe_set, Dict.safe_add = Dict.set, Dict.add

  return function()
    return setmetatable({ entries = {} }, Dict)
  end
end
