/** What the hops cost: through all of them, from the edge's cache, and the load balancer alone beside an AWS emulator's. */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import type { PlaneDescription } from '../src/local/describe.js';
import { landfall, landfallJson } from '../test/shop/landfall.js';
import { centile, measure, type Sample, type Way } from './load.js';
import { startPeer, type Peer } from './peer.js';

const load = { rounds: 6, requests: 500, seconds: 2, connections: 20 };
const source = fileURLToPath(new URL('project', import.meta.url));
const discovery = '/items/.well-known/openid-configuration';

/** Deploys a project of one tiny service and one site on ports of its own, measures, and removes it. */
export async function measureHops(portBase: number): Promise<Readonly<Record<string, string>>> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-hops-'));
  const project = join(folder, 'project');
  await cp(source, project, { recursive: true });
  const deploy = ['infra:deploy', '--env', 'dev', '--local', '--port-base', String(portBase)];
  try {
    const description = await landfallJson<PlaneDescription>(project, deploy);
    const status = await landfallJson<Status>(project, ['infra:status', '--env', 'dev', '--local']);
    const service = await serviceOf(status);
    const peer = await startPeer(service.port);
    const emulator = typeof peer === 'string' ? undefined : peer;
    const ways = await waysOf(description, { plane: status.pid, service, emulator });
    try {
      const idle = await residentMb(status.pid);
      const samples = await measure(ways, load);
      return {
        ...described(samples, typeof peer === 'string' ? peer : `MiniStack ${peer.version}`),
        'memory of the plane, before and after the load': `${idle} MB, ${await residentMb(status.pid)} MB`,
      };
    } finally {
      await Promise.all(ways.map(({ pool }) => pool.destroy()));
      await emulator?.stop();
    }
  } finally {
    await landfall(project, ['infra:destroy', '--env', 'dev', '--local']);
    await rm(folder, { recursive: true, force: true });
  }
}

interface Status {
  readonly pid: number;
  readonly services: readonly { readonly address: string; readonly tasks: readonly { readonly pid?: number }[] }[];
}

interface Service {
  readonly pid: number | undefined;
  /** Where it listens itself. */
  readonly port: number;
}

async function serviceOf({ services }: Status): Promise<Service> {
  const pid = services.find(({ address }) => address === 'aws_ecs_service.api_service')?.tasks[0]?.pid;
  const environment = await readFile(`/proc/${String(pid)}/environ`, 'utf8');
  return { pid, port: Number(/(?:^|\0)PORT=(\d+)/.exec(environment)?.[1]) };
}

async function waysOf(
  { alb, caCertificate, endpoints }: PlaneDescription,
  {
    plane,
    service,
    emulator,
  }: { readonly plane: number; readonly service: Service; readonly emulator: Peer | undefined },
): Promise<readonly Way[]> {
  const { connections } = load;
  const ca = await readFile(caCertificate, 'utf8');
  const edge = (name: string, path: string, endpoint = ''): Way => {
    const { hostname, port: edgePort } = new URL(endpoint);
    const pool = new Pool(`https://127.0.0.1:${edgePort}`, { connections, connect: { ca, servername: hostname } });
    return { name, pool, path, host: hostname, pid: plane };
  };
  const plain = (name: string, origin: string, host: string, pid: number | undefined): Way => ({
    ...{ name, path: discovery, host, pid },
    pool: new Pool(origin, { connections }),
  });
  return [
    plain('direct', `http://127.0.0.1:${String(service.port)}`, 'api', service.pid),
    edge('every hop', '/items', endpoints['api']),
    edge('from the cache', '/items.json', endpoints['site']),
    plain('load balancer', alb.internalHttp, 'alb.bench.local', plane),
    ...(emulator === undefined ? [] : [plain('emulator', emulator.origin, emulator.host, emulator.pid)]),
  ];
}

function described(samples: ReadonlyMap<string, Sample>, peer: string): Readonly<Record<string, string>> {
  const times = (name: string) => samples.get(name)?.times ?? [];
  const rate = (name: string) => centile(samples.get(name)?.rates ?? [], 0.5);
  const added = (name: string, part: number) => centile(times(name), part) - centile(times('direct'), part);
  const spent = (name: string) => centile(samples.get(name)?.processorTimes ?? [], 0.5);
  const line = (name: string) =>
    [
      `p50 ${centile(times(name), 0.5).toFixed(2)} ms (${added(name, 0.5).toFixed(2)} more than direct)`,
      `p99 ${centile(times(name), 0.99).toFixed(2)} ms (${added(name, 0.99).toFixed(2)} more)`,
      `${rate(name).toFixed(0)} requests/s at ${String(load.connections)} connections`,
      `${spent(name).toFixed(2)} ms of processor time a request`,
    ].join(', ');
  const ratio = (name: string) =>
    [
      `${(rate(name) / rate('emulator')).toFixed(1)} × its requests/s`,
      `p50 ${(centile(times(name), 0.5) / centile(times('emulator'), 0.5)).toFixed(2)} × its time`,
      `processor time ${(spent(name) / spent('emulator')).toFixed(2)} × its own`,
    ].join(', ');
  return {
    'the service itself': line('direct'),
    'through every hop (TLS, WAF, load balancer, gateway, load balancer)': line('every hop'),
    'from the cache of the edge (TLS, WAF)': line('from the cache'),
    'the load balancer alone, plain HTTP': line('load balancer'),
    ...(samples.has('emulator')
      ? {
          [`${peer}'s load balancer, plain HTTP`]: line('emulator'),
          'the load balancer beside it': ratio('load balancer'),
          'every hop beside it': ratio('every hop'),
        }
      : { 'no emulator to compare with': peer }),
  };
}

async function residentMb(pid: number): Promise<string> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024).toFixed(0);
}
