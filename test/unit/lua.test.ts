import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import luaparse from 'luaparse';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../../src/layers/gateway/lua', import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.lua'));

test.each(files)('%s is LuaJIT', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  expect(() => luaparse.parse(text, { luaVersion: 'LuaJIT' })).not.toThrow();
});

test('the snippet that runs in Kong’s sandbox uses only what the sandbox has', () => {
  const text = readFileSync(join(folder, 'strip-identity.lua'), 'utf8');
  const globals = new Set<string>();
  luaparse.parse(text, {
    luaVersion: 'LuaJIT',
    scope: true,
    onCreateNode: (node) => {
      if (node.type === 'Identifier' && 'isLocal' in node && node.isLocal === false) globals.add(node.name);
    },
  });
  // The list is Kong 3.9.3's; `kong` and `ngx` are added for pre- and post-functions.
  const allowed = [
    'kong',
    'ngx',
    'pairs',
    'ipairs',
    'next',
    'pcall',
    'select',
    'tonumber',
    'tostring',
    'type',
    'unpack',
    'string',
    'table',
    'math',
    'os',
    'coroutine',
  ];
  expect(
    [...globals].filter(
      (name) =>
        !allowed.includes(name) &&
        !['gsub', 'lower', 'sub', 'request', 'get_headers', 'service', 'clear_header'].includes(name),
    ),
  ).toEqual([]);
});
