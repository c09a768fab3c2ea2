-- Key sets by discovery URL, and when they are asked for. Nothing of Kong's or OpenResty's: this file runs as it is in the tests.

-- A fetch that has not ended after this many seconds is given up: whoever began it is gone.
local LONGEST_FETCH = 20
local WAIT = 0.01

-- ask(config): { issuer, keys }, or nil, why, asleep. now(): seconds. sleep(seconds).
-- Returns get(config, kid, since): the set, with `kid` or, where the issuer has no such key, without it; else nil, why, asleep.
-- since: when something happened that makes it worth asking again; nil where nothing did.
return function(ask, now, sleep)
  local entries = {}

  local function is_asking(entry)
    return now() < entry.asking_until
  end

  local function fetch(entry, config)
    entry.asking_until = now() + LONGEST_FETCH
    local ok, set, why, asleep = pcall(ask, config)
    entry.asking_until, entry.asked_at = 0, now()
    if ok and set then
      entry.set, entry.fetched_at, entry.failure = set, entry.asked_at, nil
      return
    end
    entry.failure = { why = ok and why or tostring(set), asleep = ok and asleep or false }
  end

  -- Keys that were good stay good while the issuer cannot be asked. Of another key nothing is known then.
  local function answer(entry, kid)
    local set, failure = entry.set, entry.failure
    if set and (set.keys[kid] or not failure) then
      return set
    end
    return nil, failure and failure.why or "no answer", failure and failure.asleep or false
  end

  return function(config, kid, since)
    local url = config.discovery_url
    local entry = entries[url]
    if not entry then
      entry = { asked_at = -math.huge, asking_until = 0 }
      entries[url] = entry
    end
    local known = entry.set and entry.set.keys[kid]
    -- One asks for all; who has a key need not wait for it.
    if known and (now() - entry.fetched_at < config.key_set_ttl or is_asking(entry)) then
      return entry.set
    end
    if is_asking(entry) then
      repeat
        sleep(WAIT)
      until not is_asking(entry)
      return answer(entry, kid)
    end
    -- An unknown key id may ask again, so that a new key is found, but not at will; nor may anything after a failure.
    local pause = entry.failure and config.retry_interval or config.refetch_interval
    if now() - entry.asked_at >= pause or (since and entry.asked_at < since) then
      fetch(entry, config)
    end
    return answer(entry, kid)
  end
end
