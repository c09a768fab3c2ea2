import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ok, warning, type Check } from './check.js';

/** The twelve ports from a base, of which a plane that runs has its own. @param running the base of the plane that runs */
export async function portsCheck(base: number, running: number | undefined): Promise<Check> {
  const name = `ports ${String(base)}–${String(base + 11)}`;
  if (running === base) return ok(name, 'in use by the local plane itself');
  const all = Array.from({ length: 12 }, (_, offset) => base + offset);
  const taken = (await Promise.all(all.map(async (port) => ((await isFree(port)) ? [] : [port])))).flat();
  if (taken.length === 0) return ok(name, 'free');
  const fix = 'Stop what listens there, or deploy with --port-base and another number.';
  return warning(name, `taken: ${taken.join(', ')}`, fix);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Where distributions of Linux keep all that the system trusts, in one file. */
const bundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/** Whether the system trusts the authority of the local plane. @param caFolder undefined without a config */
export async function trustCheck(caFolder: string | undefined, files: readonly string[] = bundles): Promise<Check> {
  const name = 'trust in the local authority';
  const file = caFolder === undefined ? undefined : join(caFolder, 'ca.pem');
  const pem = file === undefined ? undefined : await readFile(file, 'utf8').catch(() => undefined);
  if (file === undefined || pem === undefined) return ok(name, 'there is none yet: the first local deploy makes it');
  const trusted = (await Promise.all(files.map((one) => readFile(one, 'utf8').catch(() => '')))).join('');
  if (squeezed(trusted).includes(squeezed(pem))) return ok(name, file);
  return warning(
    name,
    `${file} is not in the system's bundle`,
    `Browsers warn until it is trusted. curl: --cacert ${file}. Node.js: NODE_EXTRA_CA_CERTS=${file}. A browser: import it as an authority.`,
  );
}

const squeezed = (pem: string): string => pem.replaceAll(/\s/g, '');
