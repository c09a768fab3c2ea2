import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Agent, request, type Dispatcher } from 'undici';
import type { TraceRecord } from '../../src/local/contract/trace.js';
import type { PlaneDescription } from '../../src/local/describe.js';
import { planeFolders, type PlaneFolders } from '../../src/local/folders.js';
import { openVault, vaultKeyFile } from '../../src/local/vault.js';
import { landfallJson } from './landfall.js';

/** The example shop, deployed on the local plane of this machine. */
export interface Shop {
  readonly folder: string;
  readonly folders: PlaneFolders;
  readonly portBase: number;
  readonly description: PlaneDescription;
  /** Requests a URL of the plane; names resolve to the loopback address, and its authority is trusted. */
  request(url: string, options?: RequestOptions): Promise<Answer>;
  /** The value of a secret, such as `offers-service/DATABASE_URL`. */
  secret(key: string): Promise<string>;
  deploy(): Promise<PlaneDescription>;
  trace(id: string): Promise<TraceRecord>;
}

export interface RequestOptions {
  readonly method?: Dispatcher.HttpMethod;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Instead of the one that all requests share. */
  readonly dispatcher?: Dispatcher;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** @throws when the body is not JSON */
  json<T>(): T;
}

export const shopSource = fileURLToPath(new URL('../../examples/shop', import.meta.url));

/** A copy of the shop that may be changed. Installed packages are hard links where they can be: Next.js builds nothing that lies elsewhere. */
export async function copyShop(folder: string): Promise<string> {
  const skipped = /(^|\/)(node_modules|\.landfall|\.next|dist)$|\.tsbuildinfo$/;
  await cp(shopSource, folder, { recursive: true, filter: (path) => !skipped.test(path) });
  const packages = [join(shopSource, 'node_modules'), join(folder, 'node_modules')];
  const copy = promisify(execFile);
  await copy('cp', ['-al', ...packages]).catch(async () => {
    await rm(join(folder, 'node_modules'), { recursive: true, force: true });
    await copy('cp', ['-a', ...packages]);
  });
  return folder;
}

const args = (portBase: number) => ['infra:deploy', '--env', 'dev', '--local', '--port-base', String(portBase)];

/** Deploys the shop in `folder`. */
export async function deployShop(folder: string, portBase: number, onError?: (text: string) => void): Promise<Shop> {
  const description = await landfallJson<PlaneDescription>(folder, args(portBase), onError);
  const folders = planeFolders(folder, 'dev');
  const agent = loopbackAgent(readFileSync(description.caCertificate, 'utf8'));
  // The managed rules block what has no User-Agent.
  const ask = (url: string, { headers, ...options }: RequestOptions = {}) =>
    answerOf(request(url, { dispatcher: agent, ...options, headers: { 'user-agent': 'shop-check', ...headers } }));
  return {
    folder,
    folders,
    portBase,
    description,
    request: ask,
    secret: async (key) => {
      const vault = await openVault({ file: folders.vault, keyFile: vaultKeyFile(process.env) });
      const value = await vault.read(`shop/dev/${key}`);
      if (value === undefined) throw new Error(`The secret ${key} has no value.`);
      return value;
    },
    deploy: () => landfallJson<PlaneDescription>(folder, args(portBase), onError),
    trace: async (id) => (await ask(`${description.trace}/${id}`)).json<TraceRecord>(),
  };
}

/** Connects to the loopback address whatever the name, as `*.localhost` resolves in browsers. */
function loopbackAgent(ca: string, localAddress?: string): Agent {
  return new Agent({
    ...(localAddress !== undefined && { localAddress }),
    connect: {
      ca,
      // The load balancer is also asked for host names that are in nobody's certificate.
      checkServerIdentity: () => undefined,
      lookup: (_name, { all }, done) => {
        if (all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
        else done(null, '127.0.0.1', 4);
      },
    },
  });
}

/** A viewer with an address of its own, such as `127.2.0.1`: rate limits count each alone. */
export const viewer = (shop: Shop, address: string): Agent =>
  loopbackAgent(readFileSync(shop.description.caCertificate, 'utf8'), address);

/** Milliseconds until the condition holds. @throws after half a minute */
export async function until(condition: () => Promise<boolean>): Promise<number> {
  const started = performance.now();
  while (!(await condition())) {
    if (performance.now() - started > 30_000) throw new Error('Waited for 30 s in vain.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return performance.now() - started;
}

/**
 * Statuses of one path, asked again and again while `going` says so. Each 400 requests come from another loopback address:
 * the web ACL lets one have 1000 in five minutes.
 */
export async function statusesWhile(
  shop: Shop,
  path: string,
  client: number,
  going: () => boolean,
): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let source = 1; going() && source < 255; source += 1) {
    const dispatcher = viewer(shop, `127.1.${String(client)}.${String(source)}`);
    for (let count = 0; going() && count < 400; count += 1)
      statuses.push((await shop.request(`${api(shop)}${path}`, { dispatcher })).status);
    await dispatcher.close();
  }
  return statuses;
}

async function answerOf(response: Promise<Dispatcher.ResponseData>): Promise<Answer> {
  const { statusCode, headers, body } = await response;
  const text = await body.text();
  return { status: statusCode, headers, text, json: <T>() => JSON.parse(text) as T };
}

/** Runs a service's seed script with its own database, as an operator would run a one-off task. */
export async function seed(shop: Shop, service: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const databaseUrl = await shop.secret(`${service}/DATABASE_URL`);
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, ['dist/seed.js'], {
      cwd: join(shop.folder, 'services', service),
      env: { ...process.env, ...env, DATABASE_URL: databaseUrl, NODE_EXTRA_CA_CERTS: shop.description.caCertificate },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The seed of ${service} ended with ${String(code)}:\n${output}`));
    });
  });
}

export const demoUser = { email: 'demo@shop.example', password: 'demo-password' };

/** A fresh access token of the demo user. */
export async function signIn(shop: Shop): Promise<string> {
  const answer = await shop.request(`${api(shop)}/auth/login`, jsonRequest('POST', demoUser));
  if (answer.status !== 200) throw new Error(`Sign-in answered ${String(answer.status)}: ${answer.text}`);
  return answer.json<{ readonly accessToken: string }>().accessToken;
}

/** The API through the edge. */
export function api({ description }: Shop): string {
  return endpoint(description, 'api');
}

export function endpoint({ endpoints }: PlaneDescription, name: string): string {
  const url = endpoints[name];
  if (url === undefined) throw new Error(`There is no endpoint ${name}.`);
  return url;
}

export function jsonRequest(method: Dispatcher.HttpMethod, body: object, token?: string): RequestOptions {
  return {
    method,
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  };
}

/** A file of the plane as text. */
export const readPlaneFile = (file: string): Promise<string> => readFile(file, 'utf8');
