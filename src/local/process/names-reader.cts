// `--require` takes CommonJS alone, and this is how TypeScript imports there.
/* eslint-disable @typescript-eslint/no-require-imports */
import fs = require('node:fs');
import type { NamedInstance, NamedService, NamesFile } from '../contract/names.js' with { 'resolution-mode': 'import' };

/** How long what was read is taken for true: less than the TTL of every record. */
const freshMs = 1000;

/** Nothing listens there: a connection to a port that a task does not have is refused. */
const closedPort = 1;

/** At most so many instances are in one answer. @see https://docs.aws.amazon.com/cloud-map/latest/api/API_DnsConfig.html (read 2026-11-25) */
const most = 8;

interface NamesReader {
  /** Addresses in an order of chance; none when the name does not exist in its namespace; undefined when it is in none. */
  addressesOf(hostname: string): readonly string[] | undefined;
  /** The port of 127.0.0.1 that answers for `host:port`, where the host is a name or an instance's address. */
  redirectOf(host: string, port: number): number | undefined;
  ttlOf(hostname: string): number;
}

/** Reads the plane's names, at most once a second. A file that cannot be read leaves what was known. */
function readerOf(file: string | undefined): NamesReader {
  let known: NamesFile = { namespaces: [], names: {} };
  let readAt = -Infinity;

  const read = (): NamesFile => {
    if (file === undefined) return known;
    readAt = performance.now();
    try {
      known = JSON.parse(fs.readFileSync(file, 'utf8')) as NamesFile;
    } catch {
      // The plane removes the file last of all.
    }
    return known;
  };

  const current = (): NamesFile => (performance.now() - readAt < freshMs ? known : read());

  /** A name that is not there may just have been registered: that it is not is remembered by nobody. */
  const serviceOf = (hostname: string): NamedService | undefined => {
    const name = plain(hostname);
    const found = find(current(), name);
    return found === undefined && isInside(current(), name) ? find(read(), name) : found;
  };

  return {
    addressesOf(hostname) {
      const service = serviceOf(hostname);
      if (service !== undefined) return answer(service).map(({ address }) => address);
      return isInside(current(), plain(hostname)) ? [] : undefined;
    },
    redirectOf(host, port) {
      const candidates = serviceOf(host)?.instances ?? (host.startsWith('127.') ? withAddress(current(), host) : []);
      if (candidates.length === 0) return undefined;
      return shuffled(candidates).find(({ ports }) => ports[port] !== undefined)?.ports[port] ?? closedPort;
    },
    ttlOf: (hostname) => serviceOf(hostname)?.ttlSeconds ?? 0,
  };
}

const plain = (hostname: string): string => hostname.toLowerCase().replace(/\.$/, '');

const find = ({ names }: NamesFile, name: string): NamedService | undefined =>
  Object.hasOwn(names, name) ? names[name] : undefined;

const isInside = ({ namespaces }: NamesFile, name: string): boolean =>
  namespaces.some((space) => name === space || name.endsWith(`.${space}`));

const withAddress = ({ names }: NamesFile, address: string): readonly NamedInstance[] =>
  Object.values(names).flatMap(({ instances }) => instances.filter((instance) => instance.address === address));

function answer({ routing, instances }: NamedService): readonly NamedInstance[] {
  return shuffled(instances).slice(0, routing === 'WEIGHTED' ? 1 : most);
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  const order = items.map((item) => ({ item, at: Math.random() }));
  return order.sort((a, b) => a.at - b.at).map(({ item }) => item);
}

export = { readerOf };
