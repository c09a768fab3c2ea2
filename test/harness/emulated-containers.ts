import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Emulator } from './emulator.js';

/** What a container of an image does. */
export interface Behaviour {
  /** Absent for a service that runs on. Default of a one-off task: 0. */
  readonly exitCode?: number;
  /** How long it runs before it exits, its lines spread over that time. */
  readonly seconds?: number;
  readonly lines?: readonly string[];
}

/** By digest: what its containers do in one-off tasks, and as a service. */
export type Behaviours = Readonly<Record<string, { readonly task?: Behaviour; readonly service?: Behaviour }>>;

const containersSchema = z.object({
  containers: z.array(
    z.object({
      image: z.string(),
      task: z.string(),
      command: z.array(z.string()).nullable(),
      /** SHA-256 of each value. */
      environment: z.record(z.string(), z.string()),
      status: z.enum(['running', 'exited']),
    }),
  ),
});
export type StartedContainer = z.infer<typeof containersSchema>['containers'][number];

const callsSchema = z.object({ calls: z.array(z.looseObject({ operation: z.string() })) });
export type NotedCall = z.infer<typeof callsSchema>['calls'][number];

/** Tells an emulator with containers what images do from now on. */
export async function teachImages(emulator: Emulator, behaviours: Behaviours): Promise<void> {
  await ask(emulator, 'images', { method: 'PUT', body: JSON.stringify(behaviours) });
}

/** Every container that was started, in that order. */
export async function startedContainers(emulator: Emulator): Promise<readonly StartedContainer[]> {
  return containersSchema.parse(await ask(emulator, 'containers')).containers;
}

/** Calls of functions and changes of Redis' passwords, in the order in which they came; passwords are told as SHA-256. */
export async function notedCalls(emulator: Emulator): Promise<readonly NotedCall[]> {
  return callsSchema.parse(await ask(emulator, 'calls')).calls;
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function ask({ endpoint }: Emulator, what: string, init: RequestInit = {}): Promise<unknown> {
  const answer = await fetch(`${endpoint}/_landfall/${what}`, init);
  if (!answer.ok) throw new Error(`The emulator answers ${String(answer.status)} about ${what}.`);
  return answer.json();
}
