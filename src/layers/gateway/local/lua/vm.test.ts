import { afterEach, describe, expect, test } from 'vitest';
import { bytesOf, textOf, type LuaValue } from './codec.js';
import { decodeJson, encodeJson } from './json.js';
import { prelude } from './program.js';
import { LuaError, LuaVm, Results, type HostFunction, type Outcome, type Run } from './vm.js';
import { loadLua } from './wasm.js';

const open: { close(): void }[] = [];

afterEach(() => {
  for (const vm of open.splice(0)) vm.close();
});

type Hosts = Readonly<Record<string, HostFunction<undefined>>>;

/** A Lua with these functions in `host`; the program is the body of the module that the prelude asks for. */
async function start(program: string, hosts: Hosts = {}) {
  const vm = new LuaVm<undefined>(await loadLua());
  open.push(vm);
  const source: HostFunction<undefined> = ([name]) =>
    name === 'kong.local.main' ? `return function(host) ${program} end` : undefined;
  const member = vm.start(prelude(), 'prelude', { source, ...hosts }, undefined);
  return (name: string, args: readonly LuaValue[] = [], signal?: AbortSignal): Outcome | Promise<Outcome> =>
    vm.run(member(name), args, undefined, signal);
}

/** A host function that answers later. */
const later =
  (answer: (args: readonly LuaValue[]) => Results): HostFunction<undefined> =>
  (args, run: Run<undefined>) => {
    run.pending = new Promise((resolve) => setTimeout(() => resolve(answer(args)), 1));
    return undefined;
  };

const evaluated = async (expression: string): Promise<Outcome> =>
  (await start(`return { run = function(...) return ${expression} end }`))('run');

describe('values', () => {
  test.each<[string, LuaValue]>([
    ['nothing', undefined],
    ['truth', true],
    ['a whole number', 200],
    ['a fraction', 0.1],
    ['a large number', 2 ** 60],
    ['an empty text', ''],
    ['bytes', '\0\x80\xff'],
    ['a long text', 'x'.repeat(100_000)],
  ])('%s comes back as it went', async (_name, value) => {
    const run = await start('return { run = function(value) return value end }');
    expect(run('run', [value])).toEqual([value]);
  });

  test('a list and a map are tables, a table is a map', async () => {
    const run = await start('return { run = function(list, map) return { #list, map.a, list[2].b } end }');
    expect(run('run', [['x', new Map([['b', 2]])], new Map([['a', 1]])])).toEqual([
      new Map([
        [1, 2],
        [2, 1],
        [3, 2],
      ]),
    ]);
  });

  test('a text that is not ASCII is UTF-8 in Lua', async () => {
    const run = await start('return { run = function(text) return #text, text end }');
    expect(run('run', [bytesOf('ü€')])).toEqual([5, bytesOf('ü€')]);
    expect(textOf(bytesOf('ü€'))).toBe('ü€');
  });

  test('the memory may grow in between', async () => {
    const run = await start('return { run = function(text) return string.rep(text, 20) end }');
    const text = 'y'.repeat(1 << 20);
    expect(run('run', [text])).toEqual([text.repeat(20)]);
  });
});

describe('the dialect', () => {
  test.each<[string, LuaValue]>([
    ['tostring(10 / 2)', '5'],
    ['tostring(0.1)', '0.1'],
    ['math.pow(2, 10) == 1024', true],
    ['math.log10(1000)', 3],
    ['table.maxn({ 1, 2, [9] = 1 })', 9],
    ['select("#", unpack({ 1, 2, 3 }))', 3],
    ['utf8 == nil and string.pack == nil and math.type == nil and io == nil', true],
    ['math.frexp(8)', 0.5],
  ])('%s is %j, as in LuaJIT', async (expression, value) => {
    expect((await evaluated(expression))[0]).toBe(value);
  });
});

describe('waiting', () => {
  const program = `
    local function ask(value) host.later(value) return host.wait() end
    return {
      plain = function(value) return ask(value) end,
      guarded = function(value) return pcall(ask, value) end,
      inner = function(value)
        local co = coroutine.create(function(given) coroutine.yield("first") return ask(given) end)
        local _, first = coroutine.resume(co, value)
        return first, coroutine.resume(co)
      end,
      wrapped = function(value) return coroutine.wrap(ask)(value) end,
      fails = function() ask(1) error("after it") end,
    }`;
  const hosts = { later: later(([value]) => new Results(value, 'and more')) };

  test.each<[string, readonly LuaValue[]]>([
    ['plain', [7, 'and more']],
    ['guarded', [true, 7, 'and more']],
    ['inner', ['first', true, 7, 'and more']],
    ['wrapped', [7, 'and more']],
  ])('%s gets what the host answers later', async (name, results) => {
    const run = await start(program, hosts);
    expect(await run(name, [7])).toEqual(results);
  });

  test('others run meanwhile, each with its own answer', async () => {
    const run = await start(program, hosts);
    const values = Array.from({ length: 50 }, (_, index) => index);
    const results = await Promise.all(values.map(async (value) => run('plain', [value])));
    expect(results).toEqual(values.map((value) => [value, 'and more']));
  });

  test('an error after it is the call’s', async () => {
    const run = await start(program, hosts);
    await expect(run('fails')).rejects.toThrow(/kong\.local\.main:\d+: after it/);
  });

  test('a signal ends a call that waits, and nothing of it goes on', async () => {
    const seen: LuaValue[] = [];
    const run = await start('return { run = function() host.later() host.wait() host.seen("went on") end }', {
      ...hosts,
      seen: ([value]) => void seen.push(value),
    });
    const leaving = new AbortController();
    const outcome = run('run', [], leaving.signal);
    leaving.abort();
    expect(await outcome).toBe('exited');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(seen).toEqual([]);
  });
});

describe('errors', () => {
  test('of Lua have their place', async () => {
    const run = await start('return { run = function() local nothing return nothing.field end }');
    expect(() => run('run')).toThrow(LuaError);
    expect(() => run('run')).toThrow(/kong\.local\.main:1: attempt to index a nil value/);
  });

  test('of the host are Lua’s, and can be caught there', async () => {
    const fail = () => {
      throw new LuaError('no');
    };
    const run = await start(
      'return { run = function() return pcall(host.fail) end, bare = function() host.fail() end }',
      {
        fail,
      },
    );
    expect(run('run')).toEqual([false, 'no']);
    expect(() => run('bare')).toThrow(/kong\.local\.main:1: no/);
  });

  test('a text that is no Lua is refused', async () => {
    await expect(start('return {')).rejects.toThrow(/unexpected|expected/);
  });
});

describe('JSON as cjson has it', () => {
  test.each([
    ['{"a":[1,2.5,"x",true,null]}', '{"a":[1,2.5,"x",true,null]}'],
    ['"a/b"', String.raw`"a\/b"`],
    ['"ü"', '"ü"'],
    ['{"__proto__":1}', '{"__proto__":1}'],
  ])('%s is written %s', async (given, written) => {
    const run = await start('return { run = function(value) return value end }');
    const [value] = (await run('run', [decodeJson(bytesOf(given))])) as readonly LuaValue[];
    expect(textOf(encodeJson(value))).toBe(written);
  });

  test('an empty table is an object; what is no number is refused', () => {
    expect(encodeJson(new Map())).toBe('{}');
    expect(() => encodeJson(Number.NaN)).toThrow(/NaN/);
  });
});
