import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nginxConf } from './nginx-conf.js';

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Of Debian's package `nginx`. */
const binary = '/usr/sbin/nginx';

/** Where Debian's packages put them. */
const modules = ['ndk_http_module.so', 'ngx_http_lua_module.so'].map((name) => `/usr/lib/nginx/modules/${name}`);

/** The phases of a request in which Kong runs plugins. */
export type Phase = 'access' | 'header_filter' | 'body_filter' | 'log';

/** What runs for the requests under `/NAME/`. */
export interface Plan {
  /** Texts of pre-functions, which run in Kong's sandbox, by phase. */
  readonly functions?: Readonly<Partial<Record<Phase, readonly string[]>>>;
  /** The same of post-functions, which run after every plugin. */
  readonly postFunctions?: Readonly<Partial<Record<Phase, readonly string[]>>>;
  /** Plugins of `src/layers/gateway/lua`, with their configuration as `kong.yml` has it. */
  readonly plugins?: readonly { readonly name: string; readonly config: object }[];
}

export interface NginxOptions {
  /** By name: letters, digits, dashes. */
  readonly plans: Readonly<Record<string, Plan>>;
  /** The service: where requests that no plugin answers go. */
  readonly servicePort: number;
  /** Who answers for `http.lua` and `crypto.lua`. */
  readonly fixturePort: number;
  /** Processes that take requests; one that is its own master when left out. */
  readonly workers?: number;
  /** PEM: who signs the certificates of what the Lua asks by TLS. */
  readonly authority?: string;
  /** Modules that snippets may require, as `untrusted_lua_sandbox_requires`. */
  readonly sandboxRequires?: readonly string[];
  /** Variables that `kong.vault` finds. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** nginx with Landfall's Lua in it. */
export interface Nginx {
  readonly port: number;
  /** Sets what `ngx.now` and `ngx.time` say: seconds since 1970. */
  setClock(seconds: number): Promise<void>;
  /** What stands in its error log. */
  log(): Promise<string>;
  /** Process ids of its workers. */
  workers(): Promise<readonly number[]>;
  /** Starts new workers; the old ones end when their requests have. */
  reload(): void;
  /** Ends when no request is left. */
  quit(): Promise<void>;
  stop(): Promise<void>;
}

/** Why real ngx_lua cannot run here; undefined where it can. */
export function whyNoNginx(): string | undefined {
  const install = 'apt-get install nginx libnginx-mod-http-lua lua-cjson';
  const missing = [binary, ...modules].find((path) => !existsSync(path));
  if (missing !== undefined) return `${missing} does not exist: ${install}`;
  return cjsonFiles().some((path) => existsSync(path)) ? undefined : `Lua's cjson is not there: ${install}`;
}

function cjsonFiles(): readonly string[] {
  const machine = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  return [`/usr/lib/${machine}/lua/5.1/cjson.so`, '/usr/lib/lua/5.1/cjson.so'];
}

/** Starts Debian's nginx on a free loopback port, in a folder of its own. @throws with its error log when it does not start */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const { plans, servicePort, fixturePort, workers = 0, sandboxRequires = [] } = options;
  const folder = await mkdtemp(join(tmpdir(), 'landfall-nginx-'));
  await mkdir(join(folder, 'kong', 'plugins'), { recursive: true });
  const lua = pathOf('../../src/layers/gateway/lua');
  await symlink(join(lua, 'landfall-jwt'), join(folder, 'kong', 'plugins', 'landfall-jwt'), 'dir');
  await symlink(join(lua, 'landfall-wake'), join(folder, 'landfall-wake'), 'dir');
  await writeFile(join(folder, 'plan.json'), JSON.stringify(plans));
  const port = await freePort();
  const authority = options.authority === undefined ? undefined : join(folder, 'authority.pem');
  if (authority !== undefined) await writeFile(authority, options.authority ?? '');
  const shim = pathOf('../lua/kong');
  const kit = pathOf('../../src/layers/gateway/local/lua/shim');
  const places = { folder, port, servicePort, fixturePort, modules, shim, kit, workers, authority, sandboxRequires };
  const conf = nginxConf({ ...places, limitsHeaders: limitsHeaders() });
  await writeFile(join(folder, 'nginx.conf'), conf);
  const log = () => readFile(join(folder, 'error.log'), 'utf8').catch(() => '');
  const child = spawn(binary, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], {
    stdio: 'ignore',
    env: { ...process.env, ...options.environment },
  });
  const stop = async () => {
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await answering(port, child);
  } catch (error) {
    const cause = await log();
    await stop();
    throw new Error(`nginx does not start: ${cause}`, { cause: error });
  }
  const reload = () => {
    child.kill('SIGHUP');
  };
  return {
    port,
    log,
    stop,
    workers: () => childrenOf(child),
    reload,
    quit: () => ended(child, 'SIGQUIT'),
    setClock: (seconds) => setClock(port, seconds),
  };
}

async function setClock(port: number, seconds: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${String(port)}/__clock?${String(seconds)}`);
  if (response.status !== 204) throw new Error(`The clock answers ${String(response.status)}.`);
}

/** Whether this nginx counts header lines, as Debian's does since a security update. OpenResty's in Kong 3.9 does not. */
const limitsHeaders = (): boolean => readFileSync(binary).includes('max_headers');

/** Another may take the port before nginx does; then nginx says so. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt += 1) {
    const asked = await fetch(`http://127.0.0.1:${String(port)}/__clock`).catch(() => undefined);
    if (asked !== undefined) return;
    await pause(25);
  }
  throw new Error(`It ended with ${String(child.exitCode)}.`);
}

/** As Linux's /proc has them. */
async function childrenOf({ pid }: ChildProcess): Promise<readonly number[]> {
  const children = await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

async function ended(child: ChildProcess, signal: 'SIGTERM' | 'SIGQUIT' = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}
