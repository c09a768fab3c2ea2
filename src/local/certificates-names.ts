/** What every local CA may sign for; other names are added one by one. */
const LOCAL_DOMAINS = ['localhost', 'local'];

/** Name constraints (RFC 5280 §4.2.1.10, read 2026-11-10). */
export const NAME_CONSTRAINTS_OID = '2.5.29.30';

const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
const SEQUENCE = 0x30;
const PERMITTED = 0xa0;

/** Loopback, as address and mask. */
const LOOPBACK = [
  [127, 0, 0, 0, 255, 0, 0, 0],
  [...Array<number>(15).fill(0), 1, ...Array<number>(16).fill(255)],
];

/** The domains a CA must be allowed to sign for these names; each covers what lies below it. */
export function permittedDomains(names: readonly string[]): string[] {
  const others = names
    .map((name) => name.replace(/^\*\./, '').toLowerCase())
    .filter((name) => !LOCAL_DOMAINS.some((domain) => name === domain || name.endsWith(`.${domain}`)));
  return [...LOCAL_DOMAINS, ...new Set(others)].sort();
}

/** The extension's value: these domains and the loopback addresses, and nothing else on the internet. */
export function encodeNameConstraints(domains: readonly string[]): Buffer {
  const bases = [
    ...domains.map((domain) => der(DNS_NAME, Buffer.from(domain, 'ascii'))),
    ...LOOPBACK.map((bytes) => der(IP_ADDRESS, Buffer.from(bytes))),
  ];
  return der(SEQUENCE, der(PERMITTED, Buffer.concat(bases.map((base) => der(SEQUENCE, base)))));
}

/** The domains in a value that `encodeNameConstraints` made. */
export function decodeNameConstraints(value: Buffer): string[] {
  const [permitted] = parts(value)
    .map((sequence) => parts(sequence.content))
    .flat();
  return parts(permitted?.content ?? Buffer.alloc(0))
    .flatMap((subtree) => parts(subtree.content))
    .filter((base) => base.tag === DNS_NAME)
    .map((base) => base.content.toString('ascii'));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function parts(bytes: Buffer): { readonly tag: number; readonly content: Buffer }[] {
  const result = [];
  for (let at = 0; at + 1 < bytes.length;) {
    const short = bytes.readUInt8(at + 1);
    const long = short & 0x80 ? short & 0x7f : 0;
    const start = at + 2 + long;
    const end = start + (long ? bytes.readUIntBE(at + 2, long) : short);
    result.push({ tag: bytes.readUInt8(at), content: bytes.subarray(start, end) });
    at = end;
  }
  return result;
}
