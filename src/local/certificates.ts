import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LandfallError } from '../base/errors.js';
import type { Authority, KeyPairPem } from './certificates-authority.js';
import { permittedDomains } from './certificates-names.js';
import type { Clock } from './contract/clock.js';

export interface CertificateOptions {
  /** Where the CA lives, such as `.landfall/dev/local/ca`. */
  readonly folder: string;
  /** What a person reads in a list of trusted CAs, such as `Landfall shop (local)`. */
  readonly name: string;
  /** Encrypts the CA's private key before it is written. */
  readonly seal: (plain: Buffer) => Promise<Buffer>;
  readonly unseal: (sealed: Buffer) => Promise<Buffer>;
  /** DNS names of the leaf, such as `*.shop.localhost`. */
  readonly names: readonly string[];
  /** IP addresses of the leaf, such as `127.0.0.1`. */
  readonly ips: readonly string[];
  readonly clock: Clock;
}

export interface Certificates extends KeyPairPem {
  readonly caPem: string;
  /** For `NODE_EXTRA_CA_CERTS`. */
  readonly caFile: string;
  /** Another leaf, for servers with names of their own. */
  issue(names: readonly string[], ips: readonly string[]): Promise<KeyPairPem>;
}

// Loading the X.509 library takes 0.2 s, which only those who need certificates should pay.
const loadX509 = (): Promise<typeof import('./certificates-authority.js')> => import('./certificates-authority.js');

const RENEW_BEFORE_MS = 30 * 24 * 3_600_000;

/**
 * The local CA, made once and kept, and a new leaf from it. Leaf keys live in memory only: each start issues its own, so
 * changed names and expiry take care of themselves. A CA that nears its end, or may not sign for `names`, is replaced.
 * @throws LandfallError `LOCAL_CA_UNREADABLE` when `unseal` fails
 */
export async function openCertificates(options: CertificateOptions): Promise<Certificates> {
  const { clock } = options;
  const authority = (await stored(options)) ?? (await create(options));
  const { issueLeaf } = await loadX509();
  const leaf = await issueLeaf(authority, options.names, options.ips, clock.now());
  return {
    caPem: authority.certPem,
    caFile: caFile(options.folder),
    ...leaf,
    issue: (names, ips) => issueLeaf(authority, names, ips, clock.now()),
  };
}

const caFile = (folder: string): string => join(folder, 'ca.pem');
const keyFile = (folder: string): string => join(folder, 'ca-key.sealed');

async function stored(options: CertificateOptions): Promise<Authority | undefined> {
  const [certPem, sealed] = await Promise.all([
    readIfThere(caFile(options.folder)),
    readIfThere(keyFile(options.folder)),
  ]);
  if (!certPem || !sealed) return undefined;
  const key = await options.unseal(sealed).catch((cause: unknown) => {
    throw new LandfallError(
      {
        code: 'LOCAL_CA_UNREADABLE',
        message: `The private key of the local certificate authority in ${options.folder} cannot be decrypted.`,
        fix: `Delete ${options.folder}; the next start makes a new authority, which must be trusted again.`,
      },
      { cause },
    );
  });
  const { readAuthority } = await loadX509();
  const authority = await readAuthority(certPem.toString(), key);
  if (!authority || authority.notAfterMs - options.clock.now() < RENEW_BEFORE_MS) return undefined;
  const allowed = new Set(authority.domains);
  return permittedDomains(options.names).every((domain) => allowed.has(domain)) ? authority : undefined;
}

async function create(options: CertificateOptions): Promise<Authority> {
  const { folder, name, clock } = options;
  const { createAuthority } = await loadX509();
  const { authority, key } = await createAuthority(name, permittedDomains(options.names), clock.now());
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // The key first: a certificate without its key is made anew, as is one with another's.
  await replace(keyFile(folder), await options.seal(key), 0o600);
  await replace(caFile(folder), Buffer.from(authority.certPem), 0o644);
  return authority;
}

async function replace(file: string, content: Buffer, mode: number): Promise<void> {
  const fresh = `${file}.${createHash('sha256').update(content).digest('hex').slice(0, 8)}.new`;
  await writeFile(fresh, content, { mode });
  await chmod(fresh, mode);
  await rename(fresh, file);
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
