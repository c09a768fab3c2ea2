-- Which rows a table has that the declarative file has not. Pure Lua: nothing of Kong's.
-- expected, found: sets of ids, { [id] = true }.
-- Returns the ids to remove in order; or nil and the id of the file that the table does not have: then the two cannot be compared,
-- and removing would remove what is wanted.
return function(expected, found)
  for id in pairs(expected) do
    if not found[id] then
      return nil, id
    end
  end
  local ids = {}
  for id in pairs(found) do
    if not expected[id] then
      ids[#ids + 1] = id
    end
  end
  table.sort(ids)
  return ids
end
