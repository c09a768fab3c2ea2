import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DescribeServicesCommand, DescribeTasksCommand, ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import { Pool } from 'undici';
import type { AwsSession } from '../../src/deploy/aws/session.js';
import { invokeWakeUp } from '../../src/deploy/waking/invoke.js';
import { localAwsSession } from '../../src/local/aws-session.js';
import type { PlaneDescription } from '../../src/local/describe.js';
import { planeFolders } from '../../src/local/folders.js';
import { landfall, landfallJson } from '../shop/landfall.js';

const region = 'eu-central-1';
const cluster = 'bench-dev';
const source = fileURLToPath(new URL('service', import.meta.url));
const never = new AbortController().signal;

/** How the services of the project wake. */
export interface Waking {
  readonly mode: 'retry' | 'hold';
  readonly taskStartSeconds: number;
}

/** What the service answers; times in milliseconds since 1970. */
export interface Served {
  readonly status: number;
  readonly bootedAt: number;
  readonly listeningAt: number;
  /** 0 before the first health check. */
  readonly healthyAt: number;
  /** Of the body that it got. */
  readonly sha256: string;
}

/** A project of a few equal tiny services that sleep, each woken alone, on the local plane. */
export class SleepyPlane {
  #pool: Pool | undefined;
  #host = '';
  #session: AwsSession | undefined;

  private constructor(
    readonly folder: string,
    readonly services: readonly string[],
    private readonly portBase: number,
  ) {}

  static async open(count: number, portBase: number): Promise<SleepyPlane> {
    const folder = join(await mkdtemp(join(tmpdir(), 'landfall-bench-wake-')), 'project');
    await cp(source, folder, { recursive: true });
    const services = Array.from({ length: count }, (_, index) => `tiny-${String(index)}`);
    return new SleepyPlane(folder, services, portBase);
  }

  async deploy(waking: Waking): Promise<void> {
    await writeFile(join(this.folder, 'landfall.config.json'), JSON.stringify(configOf(this.services, waking)));
    const args = ['infra:deploy', '--env', 'dev', '--local', '--port-base', String(this.portBase)];
    const { endpoints, caCertificate } = await landfallJson<PlaneDescription>(this.folder, [
      ...args,
      ...['--task-start', `${String(waking.taskStartSeconds)}s`],
    ]);
    const { hostname, port } = new URL(endpoints['api'] ?? '');
    await this.#pool?.destroy();
    this.#host = hostname;
    this.#pool = new Pool(`https://127.0.0.1:${port}`, {
      connect: { ca: await readFile(caCertificate, 'utf8'), servername: hostname },
    });
    this.#session = await localAwsSession(planeFolders(this.folder, 'dev'), region, never);
  }

  async close(): Promise<void> {
    await this.#pool?.destroy();
    await landfall(this.folder, ['infra:destroy', '--env', 'dev', '--local']);
    await rm(join(this.folder, '..'), { recursive: true, force: true });
  }

  /** By what `infra:sleep` calls, until no task is left. */
  async sleep(service: string): Promise<void> {
    const name = physical(service);
    await invokeWakeUp(this.#aws(), `${cluster}-wake-up`, { action: 'sleep', services: [name] }, never);
    for (;;) {
      const command = new DescribeServicesCommand({ cluster, services: [name] });
      const { services: [found] = [] } = await this.#aws().client(ECSClient).send(command);
      if (found?.desiredCount === 0 && found.runningCount === 0) return;
      await pause(20);
    }
  }

  /** One request through the edge. @param body sent with POST */
  async ask(service: string, body?: Buffer): Promise<Served> {
    if (this.#pool === undefined) throw new Error('Nothing is deployed.');
    const response = await this.#pool.request({
      path: `/${service}`,
      method: body === undefined ? 'GET' : 'POST',
      // The managed rules block what has no User-Agent.
      headers: {
        ...{ host: this.#host, 'user-agent': 'bench', accept: 'application/json' },
        ...(body && { 'content-type': 'application/octet-stream' }),
      },
      ...(body && { body }),
    });
    const text = await response.body.text();
    return { ...(response.statusCode === 200 ? (JSON.parse(text) as Served) : empty), status: response.statusCode };
  }

  /** When ECS made the task that runs, in milliseconds since 1970. */
  async taskCreatedAt(service: string): Promise<number> {
    const ecs = this.#aws().client(ECSClient);
    const { taskArns } = await ecs.send(new ListTasksCommand({ cluster, serviceName: physical(service) }));
    const { tasks: [task] = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
    if (task?.createdAt === undefined) throw new Error(`${service} has no task.`);
    return task.createdAt.getTime();
  }

  /** How many calls of the wake-up function have raised a service. */
  async wakeUps(): Promise<number> {
    const log = await readFile(join(planeFolders(this.folder, 'dev').logs, 'wake-up.log'), 'utf8');
    return [...log.matchAll(/"event":"wake",.*"woken":\["/g)].length;
  }

  #aws(): AwsSession {
    if (this.#session === undefined) throw new Error('Nothing is deployed.');
    return this.#session;
  }
}

const empty = { bootedAt: NaN, listeningAt: NaN, healthyAt: NaN, sha256: '' };
const physical = (service: string): string => `${cluster}-${service}`;

/** A second after an answer the gateway looks again whether a service sleeps. */
export const settledMs = 1200;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
export const sha256 = (body: Buffer | ''): string => createHash('sha256').update(body).digest('hex');
/** Milliseconds since 1970, with a fraction. */
export const now = (): number => performance.timeOrigin + performance.now();

function configOf(services: readonly string[], { mode }: Waking): object {
  const entries = services.map((name, index) => [
    name,
    {
      ...{ type: 'nestjs', path: 'api', port: 3001 + index, start: 'node server.mjs' },
      routes: [{ path: `/${name}` }],
    },
  ]);
  return {
    project: 'bench',
    region,
    services: Object.fromEntries(entries) as unknown,
    environments: {
      dev: {
        domain: 'dev.example.com',
        defaults: { minInstances: 0 },
        wake: { mode, scope: 'needed', ...(mode === 'hold' && { maxHeld: 400 }) },
        waf: { rateLimit: 2_000_000_000 },
      },
    },
  };
}
