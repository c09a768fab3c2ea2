/**
 * Required by the plane in each task process (`NODE_OPTIONS`): the names of Cloud Map resolve here and nowhere else, and a connection to
 * a task's own port goes to the port that it has on this machine. `*.localhost` is 127.0.0.1, as in browsers.
 */
// `--require` takes CommonJS alone, and this is how TypeScript imports there.
/* eslint-disable @typescript-eslint/no-require-imports */
import dns = require('node:dns');
import nodeModule = require('node:module');
import net = require('node:net');
import namesOfFile = require('./names-reader.cjs');
import type { LookupAddress } from 'node:dns';

const { addressesOf, redirectOf, ttlOf } = namesOfFile.readerOf(process.env['LANDFALL_NAMES']);

type Anything = (...args: unknown[]) => unknown;
type Done = (error: Error | null, ...values: unknown[]) => void;

/** As the system's resolver and c-ares say it. */
function notFound(hostname: string, syscall: string): Error {
  const errno = syscall === 'getaddrinfo' ? { errno: -3008 } : {};
  return Object.assign(new Error(`${syscall} ENOTFOUND ${hostname}`), {
    ...errno,
    code: 'ENOTFOUND',
    syscall,
    hostname,
  });
}

/** What `dns.lookup` answers for a name of ours: addresses, or an error. Undefined: not ours. */
function lookUp(hostname: unknown, options: unknown): readonly LookupAddress[] | Error | undefined {
  if (typeof hostname !== 'string') return undefined;
  const six = isSix(options);
  if (/\.localhost\.?$/i.test(hostname)) return six ? undefined : [{ address: '127.0.0.1', family: 4 }];
  const addresses = addressesOf(hostname);
  if (addresses === undefined) return undefined;
  if (six || addresses.length === 0) return notFound(hostname, 'getaddrinfo');
  return addresses.map((address) => ({ address, family: 4 }));
}

function isSix(options: unknown): boolean {
  const family = typeof options === 'object' && options !== null && 'family' in options ? options.family : options;
  return family === 6 || family === 'IPv6';
}

const wantsAll = (options: unknown): boolean =>
  typeof options === 'object' && options !== null && 'all' in options && options.all === true;

/** Replaces a function; what hangs on it, such as how it is promisified, stays. */
function replace(owner: object, name: string, make: (original: Anything) => Anything): void {
  const original = Reflect.get(owner, name) as Anything;
  const made = make(original);
  for (const symbol of Object.getOwnPropertySymbols(original))
    Object.defineProperty(made, symbol, Object.getOwnPropertyDescriptor(original, symbol) ?? {});
  Object.defineProperty(made, 'name', { value: name });
  Reflect.set(owner, name, made);
}

replace(
  dns,
  'lookup',
  (original) =>
    function (this: unknown, ...args: unknown[]) {
      const [hostname, options] = args;
      const done = args.at(-1);
      const found = typeof done === 'function' ? lookUp(hostname, options) : undefined;
      if (found === undefined) return Reflect.apply(original, this, args);
      const answer = done as Done;
      const [first] = found instanceof Error ? [] : found;
      process.nextTick(() => {
        if (found instanceof Error) answer(found);
        else if (wantsAll(options)) answer(null, found);
        else answer(null, first?.address, first?.family);
      });
      return {};
    },
);

replace(
  dns.promises,
  'lookup',
  (original) =>
    function (this: unknown, ...args: unknown[]) {
      const [hostname, options] = args;
      const found = lookUp(hostname, options);
      if (found === undefined) return Reflect.apply(original, this, args);
      if (found instanceof Error) return Promise.reject(found);
      return Promise.resolve(wantsAll(options) ? found : found[0]);
    },
);

/** What `resolve4` answers for a name of Cloud Map. */
function resolve4(hostname: unknown, options: unknown): readonly unknown[] | Error | undefined {
  const addresses = typeof hostname === 'string' ? addressesOf(hostname) : undefined;
  if (addresses === undefined || typeof hostname !== 'string') return undefined;
  if (addresses.length === 0) return notFound(hostname, 'queryA');
  const withTtl = typeof options === 'object' && options !== null && 'ttl' in options && options.ttl === true;
  return withTtl ? addresses.map((address) => ({ address, ttl: ttlOf(hostname) })) : addresses;
}

/** For `resolve`, whose second argument is the kind of record, and for `resolve4`. */
function replaceResolve(owner: object, name: 'resolve' | 'resolve4', promised: boolean): void {
  replace(
    owner,
    name,
    (original) =>
      function (this: unknown, ...args: unknown[]) {
        const [hostname, second] = args;
        const other = name === 'resolve' && typeof second === 'string' && second !== 'A';
        const found = other ? undefined : resolve4(hostname, second);
        if (found === undefined) return Reflect.apply(original, this, args);
        if (promised) return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
        const done = args.at(-1) as Done;
        process.nextTick(() => (found instanceof Error ? done(found) : done(null, found)));
        return {};
      },
  );
}

for (const name of ['resolve', 'resolve4'] as const) {
  replaceResolve(dns, name, false);
  replaceResolve(dns.Resolver.prototype, name, false);
  replaceResolve(dns.promises, name, true);
  replaceResolve(dns.promises.Resolver.prototype, name, true);
}

/** `connect` takes options, a port and a host, or (from `net.connect`) both in one array. Undefined: a path, or nothing of ours. */
function optionsOf(args: readonly unknown[]): readonly [options: object, callback: unknown] | undefined {
  const [first, second, third] = Array.isArray(args[0]) ? (args[0] as readonly unknown[]) : args;
  if (typeof first === 'object' && first !== null) return [first, second];
  if (typeof first !== 'number' && !/^\d+$/.test(String(first))) return undefined;
  return typeof second === 'string' ? [{ port: first, host: second }, third] : undefined;
}

replace(
  net.Socket.prototype,
  'connect',
  (original) =>
    function (this: unknown, ...args: unknown[]) {
      const [options, callback] = optionsOf(args) ?? [{}, undefined];
      const { host, port } = options as { readonly host?: unknown; readonly port?: unknown };
      const to = typeof host === 'string' ? redirectOf(host, Number(port)) : undefined;
      if (to === undefined) return Reflect.apply(original, this, args);
      return Reflect.apply(original, this, [{ ...options, host: '127.0.0.1', port: to }, callback]);
    },
);

// `import { lookup } from 'node:dns'` sees the new ones too.
nodeModule.syncBuiltinESMExports();
