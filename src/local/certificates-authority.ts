import {
  createPrivateKey,
  createPublicKey,
  randomBytes,
  webcrypto,
  X509Certificate as NodeCertificate,
} from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { decodeNameConstraints, encodeNameConstraints, NAME_CONSTRAINTS_OID } from './certificates-names.js';

/** A certificate authority whose key can sign. */
export interface Authority {
  readonly certPem: string;
  readonly signingKey: webcrypto.CryptoKey;
  readonly notAfterMs: number;
  /** The domains it may sign for. */
  readonly domains: readonly string[];
}

export interface KeyPairPem {
  readonly certPem: string;
  /** PKCS #8. */
  readonly keyPem: string;
}

const DAY_MS = 24 * 3_600_000;
const CA_DAYS = 3650;
/** Apple and the browsers refuse server certificates of more than 398 days. */
const LEAF_DAYS = 397;
/** Clocks differ, and an accelerated one runs ahead. */
const BACKDATED_MS = DAY_MS;
const EC = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' };
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

x509.cryptoProvider.set(webcrypto);

/** `key` is the private key (PKCS #8, DER), to be sealed. */
export async function createAuthority(
  name: string,
  domains: readonly string[],
  nowMs: number,
): Promise<{ readonly authority: Authority; readonly key: Buffer }> {
  const keys = await newKeys();
  const notAfterMs = nowMs + CA_DAYS * DAY_MS;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }, { O: ['Landfall local development'] }],
    keys,
    serialNumber: serialNumber(),
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(notAfterMs),
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.Extension(NAME_CONSTRAINTS_OID, true, new Uint8Array(encodeNameConstraints(domains))),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const certPem = certificate.toString('pem');
  return { authority: { certPem, signingKey: keys.privateKey, notAfterMs, domains }, key };
}

/** Undefined when the two are not an authority's certificate and its key. */
export async function readAuthority(certPem: string, key: Buffer): Promise<Authority | undefined> {
  try {
    const certificate = new x509.X509Certificate(certPem);
    const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    const own = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
    if (!own.equals(new NodeCertificate(certPem).publicKey.export({ format: 'der', type: 'spki' }))) return undefined;
    const constraints = certificate.getExtension(NAME_CONSTRAINTS_OID);
    return {
      certPem,
      signingKey: await webcrypto.subtle.importKey('pkcs8', key, EC, false, ['sign']),
      notAfterMs: certificate.notAfter.getTime(),
      domains: constraints ? decodeNameConstraints(Buffer.from(constraints.value)) : [],
    };
  } catch {
    // Half-written or foreign files: a new authority takes their place.
    return undefined;
  }
}

/** A server certificate for these names and addresses, with a key of its own. */
export async function issueLeaf(
  authority: Authority,
  names: readonly string[],
  ips: readonly string[],
  nowMs: number,
): Promise<KeyPairPem> {
  const keys = await newKeys();
  const issuer = new x509.X509Certificate(authority.certPem);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [names[0] ?? ips[0] ?? 'localhost'] }],
    issuer: issuer.subjectName,
    serialNumber: serialNumber(),
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(Math.min(nowMs - BACKDATED_MS + LEAF_DAYS * DAY_MS, authority.notAfterMs)),
    publicKey: keys.publicKey,
    signingKey: authority.signingKey,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTH]),
      new x509.SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: 'dns' as const, value })),
        ...ips.map((value) => ({ type: 'ip' as const, value })),
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const keyPem = createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' });
  return { certPem: certificate.toString('pem'), keyPem: keyPem.toString() };
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
}

// Positive (the first bit is 0) and without leading zeros.
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}
