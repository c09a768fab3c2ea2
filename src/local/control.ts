import { timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { LandfallEvent } from '../base/events.js';
import { LandfallError, messageOf, type Problem } from '../base/errors.js';
import type { CloudClock } from './cloud-clock.js';
import type { Handler, HttpRequest, HttpResponse } from './contract/http.js';
import { header } from './http/headers.js';
import { isLoopbackName } from './http/loopback.js';
import { json } from './http/responses.js';
import { refuseUpgrade } from './http/upgrade.js';
import type { DeployRequest, Plane } from './plane.js';

/** A line of the control channel's answer: events, then one end. */
export type ControlLine =
  | LandfallEvent
  | { readonly type: 'end'; readonly result: unknown }
  | { readonly type: 'failed'; readonly problems: readonly Problem[] };

/** Who may give orders: whoever can read the plane's file. */
export interface ControlOptions {
  readonly plane: Pick<
    Plane,
    | 'deploy'
    | 'stop'
    | 'destroy'
    | 'services'
    | 'alarms'
    | 'cloudClock'
    | 'describe'
    | 'portBase'
    | 'taskStartSeconds'
    | 'traces'
  >;
  readonly token: string;
  /** Names the running version; another version starts the plane anew. */
  readonly version: string;
  /** Called after `stop` and `destroy`. */
  readonly onDown: () => void;
}

type Order = (body: string, emit: (event: LandfallEvent) => void, signal: AbortSignal) => Promise<unknown>;

/** Serves traces to everyone on this machine, and orders to the holder of the token, one order at a time. */
export function controlHandler(options: ControlOptions): Handler {
  const { plane } = options;
  let busy = false;
  const orders: Readonly<Record<string, Order>> = {
    '/control/deploy': (body, emit, signal) => plane.deploy(JSON.parse(body) as DeployRequest, emit, signal),
    // What could not be stopped was killed: the plane goes down in any case.
    '/control/stop': (_body, emit) =>
      plane
        .stop(emit)
        .then(() => null)
        .finally(down),
    '/control/destroy': (_body, emit) => plane.destroy(emit).then(down),
    '/control/status': () =>
      Promise.resolve({
        pid: process.pid,
        version: options.version,
        portBase: plane.portBase,
        taskStartSeconds: plane.taskStartSeconds,
        services: plane.services(),
        alarms: plane.alarms(),
        speed: plane.cloudClock.speed,
      }),
    '/control/time': (body) => moveTime(plane.cloudClock, body),
    '/control/describe': () => Promise.resolve(plane.describe()),
  };
  const down = (): null => {
    setImmediate(options.onDown);
    return null;
  };
  const run = async (
    order: Order,
    exclusive: boolean,
    request: HttpRequest,
    respond: (line: ControlLine) => void,
  ): Promise<void> => {
    if (exclusive && busy) throw alreadyBusy();
    busy ||= exclusive;
    try {
      respond({ type: 'end', result: await order(await textOf(request), respond, request.signal) });
    } finally {
      if (exclusive) busy = false;
    }
  };
  const answer = (request: HttpRequest): HttpResponse => {
    if (!isLoopbackName(request.headers)) return json(403, { message: 'Ask for 127.0.0.1 or localhost.' });
    const path = request.target.split('?')[0] ?? '';
    if (request.method === 'GET') return readTrace(plane, path);
    const order = orders[path];
    if (order === undefined || request.method !== 'POST') return json(404, { message: 'Nothing is here.' });
    if (!authorised(request, options.token)) return json(401, { message: 'The token is wrong.' });
    const exclusive = !sideBySide.has(path);
    return lines((respond) => run(order, exclusive, request, respond));
  };
  return {
    request: (request) => Promise.resolve(answer(request)),
    upgrade: (request, socket) => {
      refuseUpgrade(socket, request, json(404, { message: 'Nothing is here.' }));
      return Promise.resolve();
    },
  };
}

/** Orders that do not wait for others. */
const sideBySide: ReadonlySet<string> = new Set(['/control/status', '/control/describe', '/control/time']);

const timeSchema = z.strictObject({
  speed: z.number().min(1).max(3600).optional(),
  advanceSeconds: z.number().min(0).max(86_400).optional(),
});

/** Makes the cloud clock run faster, or moves it on. Answers its time. */
async function moveTime(clock: CloudClock, body: string): Promise<{ readonly now: string; readonly speed: number }> {
  const { speed, advanceSeconds } = timeSchema.parse(JSON.parse(body));
  if (speed !== undefined) clock.setSpeed(speed);
  if (advanceSeconds !== undefined) await clock.advance(advanceSeconds * 1000);
  return { now: new Date(clock.now()).toISOString(), speed: clock.speed };
}

function readTrace({ traces }: Pick<Plane, 'traces'>, path: string): HttpResponse {
  if (path === '/traces') return json(200, traces.list(100));
  const id = /^\/traces\/([\w-]+)$/.exec(path)?.[1];
  const record = id === undefined ? undefined : traces.get(id);
  return record === undefined ? json(404, { message: 'No such trace: the newest 1000 are kept.' }) : json(200, record);
}

function authorised(request: HttpRequest, token: string): boolean {
  const given = Buffer.from(header(request.headers, 'authorization') ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function textOf(request: HttpRequest): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request.body ?? []) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

/** A response of one JSON line for each thing said, closed when the work is over. */
function lines(work: (respond: (line: ControlLine) => void) => Promise<void>): HttpResponse {
  const body = new Readable({ read: () => undefined });
  const respond = (line: ControlLine) => {
    body.push(`${JSON.stringify(line)}\n`);
  };
  void work(respond)
    .catch((error: unknown) => respond({ type: 'failed', problems: problemsOf(error) }))
    .finally(() => body.push(null));
  return { status: 200, headers: [['content-type', 'application/x-ndjson']], body };
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof LandfallError) return error.problems;
  return [{ code: 'PLANE_FAILED', message: messageOf(error), fix: 'See plane.log in the logs folder, and report it.' }];
}

function alreadyBusy(): LandfallError {
  return new LandfallError({
    code: 'DEPLOY_RUNNING',
    message: 'Another deploy of this environment is at work on the local plane.',
    fix: 'Wait until it has ended, then run the command again.',
  });
}
