import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';

export const algorithm = 'RS256';

export interface SigningKey {
  readonly kid: string;
  readonly publicKey: JWK;
  readonly privateKey: JWK;
}

export async function generateSigningKey(): Promise<SigningKey> {
  const pair = await generateKeyPair(algorithm, { modulusLength: 2048, extractable: true });
  const publicKey = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicKey);
  return {
    kid,
    publicKey: { ...publicKey, kid, alg: algorithm, use: 'sig' },
    privateKey: await exportJWK(pair.privateKey),
  };
}
