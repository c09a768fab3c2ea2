import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { filesWith } from '../../harness/planted.js';
import { landfallJson } from '../landfall.js';
import { expectEqual, expectTrue, type Row } from '../row.js';
import type { Shop } from '../shop.js';

const owners = { auth_db: 'auth-service', offers_db: 'offers-service', kong_db: 'kong' } as const;

/** Databases, roles and secrets. */
export const dataRows: readonly Row[] = [
  {
    name: 'auth_db, offers_db and kong_db exist, each with a role that cannot connect to another’s',
    check: async (shop) => {
      const outcomes: string[] = [];
      for (const [own, service] of Object.entries(owners)) {
        for (const target of [...Object.keys(owners), 'postgres']) {
          const outcome = await connect(shop, service, target);
          expectEqual(
            outcome,
            target === own ? 'connected' : '42501',
            `role of ${own} to ${target} (42501 is insufficient_privilege)`,
          );
        }
        outcomes.push(own);
      }
      return `${outcomes.join(', ')}: own role connects; the other roles are refused (42501)`;
    },
  },
  {
    name: 'secrets reach the process by ARN, and stand in the clear in no file that Landfall writes',
    check: async (shop) => {
      const artifact = await readFile(join(shop.folders.artifact, 'main.tf.json'), 'utf8');
      expectTrue(
        artifact.includes('\\"valueFrom\\":\\"${aws_secretsmanager_secret.offers_service__DATABASE_URL.arn}\\"'),
        'the task definition names no ARN',
      );
      const { pid } = await taskOf(shop, 'aws_ecs_service.offers_service');
      const url = await shop.secret('offers-service/DATABASE_URL');
      const inProcess = await environmentOf(pid);
      expectTrue(
        inProcess === undefined || inProcess.includes(`DATABASE_URL=${url}`),
        'the process has no DATABASE_URL',
      );
      const values = [
        url,
        await shop.secret('auth-service/DATABASE_URL'),
        await shop.secret('kong/DATABASE_URL'),
        await shop.secret('kong/ORIGIN_VERIFY'),
      ];
      const needles = values.map((value) => (value.startsWith('postgres:') ? new URL(value).password : value));
      const found = await filesWith(shop.folders.root, needles);
      expectEqual(found, [], 'files that hold a secret');
      return `DATABASE_URL is ${inProcess === undefined ? 'not readable on this system' : 'in the process'}; ${String(needles.length)} values looked for in every file: none`;
    },
  },
];

async function connect(shop: Shop, service: string, database: string): Promise<string> {
  const url = new URL(await shop.secret(`${service}/DATABASE_URL`));
  const client = new Client({
    host: url.hostname,
    port: Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
    ssl: { ca: readFileSync(shop.description.caCertificate, 'utf8') },
  });
  try {
    await client.connect();
    await client.end();
    return 'connected';
  } catch (error) {
    return String((error as { readonly code?: string }).code ?? error);
  }
}

interface Status {
  readonly pid: number;
  readonly services: readonly {
    readonly address: string;
    readonly tasks: readonly { readonly id: string; readonly pid?: number; readonly health: string }[];
  }[];
}

export const statusOf = (shop: Shop): Promise<Status> =>
  landfallJson<Status>(shop.folder, ['infra:status', '--env', 'dev', '--local']);

/** The first task of a service. */
export async function taskOf(shop: Shop, address: string): Promise<{ readonly id: string; readonly pid: number }> {
  const { services } = await statusOf(shop);
  const task = services.find((service) => service.address === address)?.tasks[0];
  if (task?.pid === undefined) throw new Error(`${address} has no task with a process.`);
  return { id: task.id, pid: task.pid };
}

/** What the system shows of a process's environment; undefined where it shows none (macOS). */
async function environmentOf(pid: number): Promise<string | undefined> {
  return readFile(`/proc/${String(pid)}/environ`, 'utf8').catch(() => undefined);
}
