import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openCertificates, type CertificateOptions, type Certificates } from './certificates.js';
import { decodeNameConstraints, encodeNameConstraints, permittedDomains } from './certificates-names.js';
import { createFakeClock } from './testing/fake-clock.js';

const DAY_MS = 24 * 3_600_000;
const flip = (bytes: Buffer): Promise<Buffer> => Promise.resolve(Buffer.from(bytes.map((byte) => byte ^ 0x5a)));

async function options(): Promise<CertificateOptions> {
  const folder = join(await mkdtemp(join(tmpdir(), 'landfall-')), 'ca');
  onTestFinished(() => rm(join(folder, '..'), { recursive: true }));
  return {
    folder,
    name: 'Landfall shop (local)',
    seal: flip,
    unseal: flip,
    names: ['*.shop.localhost', 'shop.localhost'],
    ips: ['127.0.0.1', '::1'],
    clock: createFakeClock(Date.now()),
  };
}

const days = (pem: string): number => {
  const { validFrom, validTo } = new X509Certificate(pem);
  return Math.round((Date.parse(validTo) - Date.parse(validFrom)) / DAY_MS);
};

test('makes a CA once and keeps it; each start has its own leaf', async () => {
  const given = await options();
  const first = await openCertificates(given);
  const second = await openCertificates({ ...given, names: ['*.other.localhost'] });
  const ca = new X509Certificate(first.caPem);
  expect(second.caPem).toBe(first.caPem);
  expect(await readFile(first.caFile, 'utf8')).toBe(first.caPem);
  expect([ca.ca, days(first.caPem), days(first.certPem)]).toEqual([true, 3651, 397]);
  const leaf = new X509Certificate(first.certPem);
  expect(leaf.subjectAltName).toBe(
    'DNS:*.shop.localhost, DNS:shop.localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
  );
  expect(new X509Certificate(second.certPem).subjectAltName).toContain('*.other.localhost');
  for (const { certPem } of [first, second, await first.issue(['redis.shop.local'], [])] as Partial<Certificates>[]) {
    const issued = new X509Certificate(certPem ?? '');
    expect([issued.checkIssued(ca), issued.verify(ca.publicKey)]).toEqual([true, true]);
  }
});

test('writes the private key only sealed, for the owner alone', async () => {
  const given = await options();
  await openCertificates(given);
  const file = join(given.folder, 'ca-key.sealed');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(given.folder)).mode & 0o777).toBe(0o700);
  expect((await flip(await readFile(file))).readUInt8(0)).toBe(0x30);
});

test('replaces a CA near its end, one that may not sign for the names, and one whose files do not fit', async () => {
  const given = await options();
  const seen = [(await openCertificates(given)).caPem];
  const clock = createFakeClock(Date.now() + 3630 * DAY_MS);
  seen.push((await openCertificates({ ...given, clock })).caPem);
  seen.push((await openCertificates({ ...given, names: ['shop.test'] })).caPem);
  await writeFile(join(given.folder, 'ca.pem'), seen[0] ?? '');
  seen.push((await openCertificates(given)).caPem);
  expect(new Set(seen).size).toBe(4);
});

test('says so when the key cannot be decrypted', async () => {
  const given = await options();
  await openCertificates(given);
  const unseal = (): Promise<Buffer> => Promise.reject(new Error('wrong key'));
  await expect(openCertificates({ ...given, unseal })).rejects.toMatchObject({
    code: 'LOCAL_CA_UNREADABLE',
    cause: { message: 'wrong key' },
  });
});

test('name constraints cover local names, and others one by one', () => {
  const domains = permittedDomains(['*.shop.localhost', '*.shop.test', 'x.shop.local', 'shop.test']);
  expect(domains).toEqual(['local', 'localhost', 'shop.test']);
  expect(decodeNameConstraints(encodeNameConstraints(domains))).toEqual(domains);
  const many = Array.from({ length: 40 }, (_, index) => `name-${String(index)}.example`);
  expect(decodeNameConstraints(encodeNameConstraints(many))).toEqual(many);
});
