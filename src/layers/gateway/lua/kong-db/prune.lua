-- Removes from kong_db what the declarative file no longer has. To be run by resty after `kong config db_import`:
--   resty prune.lua FOLDER-OF-THIS-FILE DECLARATIVE-FILE
-- Ends with 1, and with nothing removed, when the file and the database cannot be compared.

-- As Kong's own command line begins: its modules write globals, and need what nginx workers have.
setmetatable(_G, nil)
require("kong.globalpatches")({ cli = true })

local conf_loader = require "kong.conf_loader"
local kong_global = require "kong.global"
local new_db = require("kong.db").new
local declarative = require "kong.db.declarative"
local workspaces = require "kong.workspaces"

local PAGE_SIZE = 1000
-- What belongs to another comes before it.
local KINDS = { "plugins", "routes", "services", "targets", "upstreams" }

local folder, file = arg[1], arg[2]
local stale_ids = dofile(folder .. "/stale.lua")

-- The DAO, with the workspace in which the import wrote.
local function connect(conf)
  local kong = kong_global.new()
  _G.kong = kong
  kong_global.init_pdk(kong, conf)
  local db = assert(new_db(conf))
  kong.db = db
  assert(db:init_connector())
  assert(db:connect())
  assert(db.plugins:load_plugin_schemas(conf.loaded_plugins))
  if db.vaults then
    assert(db.vaults:load_vault_schemas(conf.loaded_vaults))
  end
  local workspace, err = db.workspaces:select_by_name("default")
  workspaces.set_workspace(assert(workspace, err or "kong_db has no default workspace"))
  return db
end

-- Ids that the file gives: Kong derives them from names, the same at each reading.
local function ids_of_file(entities, kind)
  local ids = {}
  for _, entity in pairs(entities[kind] or {}) do
    ids[entity.id] = true
  end
  return ids
end

local function ids_of_database(db, kind)
  local ids = {}
  for entity, err in db[kind]:each(PAGE_SIZE) do
    if not entity then
      error(kind .. ": " .. tostring(err), 0)
    end
    ids[entity.id] = true
  end
  return ids
end

local function prune()
  local conf = assert(conf_loader(nil, {}))
  package.path = conf.lua_package_path .. ";" .. package.path
  local db = connect(conf)
  local reader = assert(declarative.new_config(conf, true))
  local entities, err = reader:parse_file(file)
  if not entities then
    error(file .. ": " .. tostring(err), 0)
  end

  local stale = {}
  for _, kind in ipairs(KINDS) do
    local ids, missing = stale_ids(ids_of_file(entities, kind), ids_of_database(db, kind))
    if not ids then
      error(kind .. " of the file are not all in the database (" .. tostring(missing) .. "): nothing was removed", 0)
    end
    stale[kind] = ids
  end
  for _, kind in ipairs(KINDS) do
    for _, id in ipairs(stale[kind]) do
      local ok, failure = db[kind]:delete({ id = id })
      if not ok then
        error(kind .. " " .. id .. ": " .. tostring(failure), 0)
      end
    end
    if #stale[kind] > 0 then
      print("landfall: removed from " .. kind .. ": " .. #stale[kind])
    end
  end
end

local ok, err = pcall(prune)
if not ok then
  io.stderr:write("landfall: ", tostring(err), "\n")
  os.exit(1)
end
