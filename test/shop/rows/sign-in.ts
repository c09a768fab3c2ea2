import { generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import { Client } from 'pg';
import { readFileSync } from 'node:fs';
import { expectEqual, expectTrue, type Row } from '../row.js';
import { api, jsonRequest, signIn, type Shop } from '../shop.js';

interface Offer {
  readonly id: string;
  readonly title: string;
}

const newOffer = {
  title: `Checked “offer” \${x} 🎉`,
  description: 'Made by the check',
  priceCents: 1299,
  currency: 'EUR',
};

/** Sign-in, protected routes, and every way not to get in. */
export const signInRows: readonly Row[] = [
  {
    name: 'sign-in gives a token that opens a protected route, and a row changes',
    check: async (shop) => {
      const token = await signIn(shop);
      const made = await shop.request(`${api(shop)}/offers`, jsonRequest('POST', newOffer, token));
      expectEqual(made.status, 201, `POST /offers (${made.text})`);
      const { id } = made.json<Offer>();
      const changed = await shop.request(
        `${api(shop)}/offers/${id}`,
        jsonRequest('PUT', { ...newOffer, title: 'Changed' }, token),
      );
      expectEqual(changed.status, 200, `PUT /offers/${id} (${changed.text})`);
      expectEqual(await titleInDatabase(shop, id), 'Changed', 'the title in offers_db');
      await shop.request(`${api(shop)}/offers/${id}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${token}` },
      });
      return `POST 201, PUT 200, title “Changed” in offers_db`;
    },
  },
  {
    name: 'no token, an expired one, a wrong key, alg none and a forged X-User-Id get 401',
    check: async (shop) => {
      const good = await signIn(shop);
      const attempts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
        'no token': {},
        expired: bearer(await resigned(shop, good, -7200)),
        'wrong key': bearer(await wrongKey(good)),
        'alg none': bearer(algNone(good)),
        garbage: bearer('a.b.c'),
        'forged X-User-Id': {
          'X-User-Id': 'intruder',
          x_user_id: 'intruder',
          'X-Consumer-Id': 'intruder',
          'X-Userinfo': 'e30=',
        },
      };
      const statuses: string[] = [];
      for (const [name, headers] of Object.entries(attempts)) {
        const answer = await shop.request(`${api(shop)}/offers`, {
          ...jsonRequest('POST', newOffer),
          headers: { 'content-type': 'application/json', ...headers },
        });
        statuses.push(`${name} ${String(answer.status)}`);
      }
      expectTrue(
        statuses.every((text) => text.endsWith(' 401')),
        statuses.join(', '),
      );
      const control = await shop.request(
        `${api(shop)}/offers`,
        jsonRequest('POST', newOffer, await resigned(shop, good, 3600)),
      );
      expectEqual(control.status, 201, 'the same token, signed anew with the real key and not expired');
      const { id } = control.json<Offer>();
      await shop.request(`${api(shop)}/offers/${id}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${good}` },
      });
      return `${statuses.join(', ')}; the same claims signed with the real key: 201`;
    },
  },
];

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Asks the database itself, as the service's own role. */
async function titleInDatabase(shop: Shop, id: string): Promise<string | undefined> {
  return withDatabase(shop, 'offers-service', async (client) => {
    const { rows } = await client.query<{ readonly title: string }>('SELECT title FROM offers WHERE id = $1', [id]);
    return rows[0]?.title;
  });
}

export async function withDatabase<T>(shop: Shop, service: string, work: (client: Client) => Promise<T>): Promise<T> {
  const url = new URL(await shop.secret(`${service}/DATABASE_URL`));
  url.search = '';
  const client = new Client({
    connectionString: url.href,
    ssl: { ca: readFileSync(shop.description.caCertificate, 'utf8') },
  });
  // A server that stops ends idle connections with an error: whoever still needs one hears of it by the failed query.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

type Claims = Readonly<Record<string, unknown>>;
const partOf = (token: string, index: number): Claims =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString()) as Claims;

/** The token's own claims and key id, signed with the auth service's real key, expiring in `seconds`. */
async function resigned(shop: Shop, token: string, seconds: number): Promise<string> {
  const header = partOf(token, 0);
  const jwk = await withDatabase(shop, 'auth-service', async (client) => {
    const { rows } = await client.query<{ readonly private_key: JWK }>(
      'SELECT private_key FROM signing_keys WHERE kid = $1',
      [header['kid']],
    );
    return rows[0]?.private_key;
  });
  if (jwk === undefined) throw new Error('The signing key is not in auth_db.');
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ ...partOf(token, 1), iat: now - 10_000, exp: now + seconds })
    .setProtectedHeader({ alg: 'RS256', kid: String(header['kid']) })
    .sign(await importJWK(jwk, 'RS256'));
}

async function wrongKey(token: string): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256');
  return new SignJWT({ ...partOf(token, 1) })
    .setProtectedHeader({ alg: 'RS256', kid: String(partOf(token, 0)['kid']) })
    .sign(privateKey);
}

function algNone(token: string): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encode({ ...partOf(token, 0), alg: 'none' })}.${encode(partOf(token, 1))}.`;
}
