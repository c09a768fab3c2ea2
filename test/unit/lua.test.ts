import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import luaparse from 'luaparse';
import { describe, expect, test } from 'vitest';
import { jwtPluginFiles, wakeFiles } from '../../src/layers/gateway/lua.js';

const folder = fileURLToPath(new URL('../../src/layers/gateway/lua', import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.lua'));
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

test.each(files)('%s is LuaJIT', (name) => {
  expect(() => luaparse.parse(read(name), { luaVersion: 'LuaJIT' })).not.toThrow();
});

/** The Lua that stands for Kong in the local gateway and in nginx alike. */
const kit = fileURLToPath(new URL('../../src/layers/gateway/local/lua/shim', import.meta.url));

/** What LuaJIT or Lua 5.4 lacks, and what they understand differently. */
const unshared: readonly (readonly [string, RegExp])[] = [
  ['only in LuaJIT', /\b(table\.getn|setfenv|getfenv|newproxy|string\.gfind|bit|jit|ffi)\b(?=\s*[.(])/],
  ['only in 5.4', /\b(table\.(unpack|pack|move)|math\.(type|tointeger|ult)|string\.(pack|unpack|packsize)|utf8)\b/],
  ['a quotient in a text is 2.0 in 5.4', /\.\.\s*\(?[\w.]+\s*[/^]|[/^]\s*[\w.]+\s*\)?\s*\.\./],
  ['a pattern that 5.4 has no more', /%z/],
  ['no part of the local gateway', /\bngx\.(re|thread|location|semaphore|socket\.udp|md5|sha1_bin|hmac_sha1)\b/],
];

test.each([
  ...files.filter((name) => !name.startsWith('kong-db/')).map((name) => [name, read(name)] as const),
  ...['pdk.lua', 'sandbox.lua', 'plugins.lua'].map((name) => [name, readFileSync(join(kit, name), 'utf8')] as const),
])('%s is LuaJIT, and Lua 5.4 as well', (_name, text) => {
  expect(() => luaparse.parse(text, { luaVersion: 'LuaJIT' })).not.toThrow();
  const code = text.replaceAll(/--[^\n]*/g, '').replaceAll(/"[^"\n]*"/g, '""');
  expect(unshared.filter(([, pattern]) => pattern.test(code)).map(([why]) => why)).toEqual([]);
});

/** Kong 3.9.3's list; `kong` and `ngx` are added for pre- and post-functions. */
const sandbox = new Set(
  'kong ngx pairs ipairs next pcall select tonumber tostring type unpack string table math os coroutine'.split(' '),
);

/** `globals` is luaparse's own, with `scope`; its types do not have it. */
function globalsOf(name: string): readonly string[] {
  const chunk = luaparse.parse(read(name), { luaVersion: 'LuaJIT', scope: true }) as unknown as {
    readonly globals: readonly luaparse.Identifier[];
  };
  return chunk.globals.map((node) => node.name);
}

test.each([
  ['landfall-jwt', jwtPluginFiles],
  ['landfall-wake', wakeFiles],
])('the image gets every file of %s', (folder, given) => {
  const own = files.filter((name) => name.startsWith(`${folder}/`)).map((name) => name.slice(folder.length + 1));
  expect([...given].sort()).toEqual(own.sort());
});

// What decides must run in the tests as it is: http.lua and crypto.lua alone are replaced there.
test.each(['algorithms', 'base64url', 'issuer', 'key_sets', 'token'])(
  'landfall-jwt/%s.lua needs nothing of Kong',
  (name) => {
    const path = `landfall-jwt/${name}.lua`;
    expect(globalsOf(path).filter((global) => global === 'kong' || global === 'ngx')).toEqual([]);
    const required = [...read(path).matchAll(/require\s*\(?"([^"]+)"/g)].map(([, module]) => String(module));
    expect(required.filter((module) => !/^(cjson\.safe|kong\.plugins\.landfall-jwt\.base64url)$/.test(module))).toEqual(
      [],
    );
  },
);

test.each(['strip-identity.lua', 'viewer-address.lua'])('%s uses only what Kong’s sandbox has', (name) => {
  const used = globalsOf(name);
  expect(used).toContain('kong');
  expect(used.filter((global) => !sandbox.has(global))).toEqual([]);
});

const lua = ['luajit', 'lua5.1', 'lua'].find((name) => spawnSync(name, ['-v']).status === 0);

/** What a program prints, line by line. `arg` has the arguments from 1 on. */
function runLua(program: string, ...args: readonly string[]): readonly string[] {
  const temporary = mkdtempSync(join(tmpdir(), 'lua-'));
  try {
    writeFileSync(join(temporary, 'main.lua'), program);
    const { stdout, stderr } = spawnSync(lua ?? '', [join(temporary, 'main.lua'), ...args], { encoding: 'utf8' });
    return `${stdout}${stderr}`.trim().split('\n');
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

// Without an interpreter only their syntax is known: npm has none of LuaJIT's dialect, and Kong's image cannot run here.
describe.skipIf(lua === undefined)('run by a real Lua (skipped where none is on the PATH)', () => {
  const request = `
    ngx = { req = { get_headers = function() return given end } }
    kong = {
      client = { get_forwarded_ip = function() return "10.0.0.9" end },
      service = { request = {
        clear_header = function(name) print("clear " .. name) end,
        set_header = function(name, value) print(name .. ": " .. value) end,
      } },
    }
    dofile(arg[1])
  `;
  const withHeaders = (headers: string, name: string) =>
    runLua(`(function(given) ${request} end)({ ${headers} })`, join(folder, name));

  test('strip-identity.lua clears what only the gateway sets', () => {
    const names = [
      'x-user-id',
      'x_user_claims',
      'x-consumer-id',
      'x_userinfo',
      'x_viewer_address',
      'x-username',
      'host',
    ];
    const given = names.map((name) => `["${name}"] = "v"`).join(', ');
    expect(withHeaders(given, 'strip-identity.lua').toSorted()).toEqual(
      names
        .slice(0, 5)
        .map((name) => `clear ${name}`)
        .toSorted(),
    );
  });

  test.each([
    ['returns why', 'return nil, "certificate host mismatch"', 'certificate host mismatch'],
    // lua-resty-core asserts that a handshake which needed no waiting went well.
    ['raises an error', 'error("assertion failed!", 0)', 'assertion failed!'],
  ])('landfall-wake/http.lua tells that TLS failed when the handshake %s', (_, handshake, why) => {
    const program = `
      local socket = {
        settimeouts = function() end,
        connect = function() return true end,
        sslhandshake = function() ${handshake} end,
        close = function() print("closed") end,
      }
      ngx = { socket = { tcp = function() return socket end } }
      local place = { address = "127.0.0.1", port = 8443, server_name = "wake.internal" }
      print(dofile(arg[1])(place, { seconds = 1 }))
    `;
    expect(runLua(program, join(folder, 'landfall-wake', 'http.lua'))).toEqual(['closed', `nil\tTLS: ${why}`]);
  });

  test.each([
    ['"203.0.113.7:46532"', '203.0.113.7'],
    ['"2001:db8::1:443"', '2001:db8::1'],
    ['"[2001:db8::1]:443"', '2001:db8::1'],
    ['"203.0.113.7"', '10.0.0.9'],
    ['"somebody:1"', '10.0.0.9'],
    ['{ "203.0.113.7:1", "203.0.113.8:1" }', '10.0.0.9'],
    ['nil', '10.0.0.9'],
  ])('viewer-address.lua: %s is %s', (given, address) => {
    const lines = withHeaders(`["cloudfront-viewer-address"] = ${given}`, 'viewer-address.lua');
    expect(lines).toEqual([`X-Viewer-Address: ${address}`]);
  });

  test('stale.lua names what the file does not have, and nothing when the two cannot be compared', () => {
    const program = `
      local stale = dofile(arg[1])
      local set = function(...) local ids = {} for _, id in ipairs({ ... }) do ids[id] = true end return ids end
      print(table.concat(stale(set("b"), set("c", "a", "b")), " "))
      print(#stale(set(), set()), #stale(set("a"), set("a")))
      print(stale(set("a", "x"), set("a", "b")))
    `;
    expect(runLua(program, join(folder, 'kong-db/stale.lua'))).toEqual(['a c', '0\t0', 'nil\tx']);
  });

  const kong = (inFile: string, inDatabase: string) => `
    local function dao(kind, rows)
      return {
        each = function() local at = 0 return function() at = at + 1 return rows[at] end end,
        delete = function(_, key) print("delete " .. kind .. " " .. key.id) return true end,
      }
    end
    local function kinds(ids, make)
      local all = {}
      for _, kind in ipairs({ "plugins", "routes", "services", "targets", "upstreams" }) do
        local rows = {}
        for _, id in ipairs(ids[kind] or {}) do rows[#rows + 1] = { id = id } end
        all[kind] = make(kind, rows)
      end
      return all
    end
    local db = kinds(${inDatabase}, dao)
    db.init_connector = function() return true end
    db.connect = db.init_connector
    db.plugins.load_plugin_schemas = db.init_connector
    db.workspaces = { select_by_name = function(_, name) return { id = "ws", name = name } end }
    local modules = {
      ["kong.globalpatches"] = function(options) assert(options.cli) end,
      ["kong.conf_loader"] = function() return { lua_package_path = "?", loaded_plugins = {} } end,
      ["kong.global"] = { new = function() return {} end, init_pdk = function() end },
      ["kong.db"] = { new = function() return db end },
      ["kong.workspaces"] = { set_workspace = function(workspace) assert(workspace.id == "ws") end },
      ["kong.db.declarative"] = { new_config = function(_, partial)
        assert(partial)
        return { parse_file = function(_, file)
          assert(file == "kong.yml")
          return kinds(${inFile}, function(_, rows) return rows end)
        end }
      end },
    }
    for name, module in pairs(modules) do package.preload[name] = function() return module end end
    io = { stderr = { write = function(_, ...) print(table.concat({ ... })) end } }
    os = { exit = function(code) print("exit " .. code) end }
    local script = table.remove(arg, 1)
    dofile(script)
  `;
  const prune = (inFile: string, inDatabase: string) =>
    runLua(kong(inFile, inDatabase), join(folder, 'kong-db/prune.lua'), join(folder, 'kong-db'), 'kong.yml').filter(
      (line) => line !== '',
    );

  test('prune.lua removes what the file no longer has, children first', () => {
    expect(
      prune(
        '{ plugins = { "p" }, routes = { "r" }, services = { "s" } }',
        '{ plugins = { "p", "old-p" }, routes = { "r", "old-r" }, services = { "old-s", "s" }, upstreams = { "old-u" } }',
      ),
    ).toEqual([
      'delete plugins old-p',
      'landfall: removed from plugins: 1',
      'delete routes old-r',
      'landfall: removed from routes: 1',
      'delete services old-s',
      'landfall: removed from services: 1',
      'delete upstreams old-u',
      'landfall: removed from upstreams: 1',
    ]);
    expect(prune('{ plugins = { "p" } }', '{ plugins = { "p" } }')).toEqual([]);
  });

  test('prune.lua removes nothing where the database does not have what the file has', () => {
    expect(
      prune('{ plugins = { "p" }, routes = { "new" } }', '{ plugins = { "p", "old" }, routes = { "other" } }'),
    ).toEqual(['landfall: routes of the file are not all in the database (new): nothing was removed', 'exit 1']);
  });
});
