import { Writable } from 'node:stream';
import type { Emit, LandfallEvent } from '../../base/events.js';
import type { Io } from '../io.js';
import { paintFor, type Paint } from './paint.js';

/** Renders events while a command works. */
export interface Progress {
  readonly emit: Emit;
  /** Leaves the last state standing. */
  close(): void;
}

/** A live tree on a terminal, one line an event elsewhere. */
export async function progressFor(io: Io): Promise<Progress> {
  return io.isTerminal ? liveProgress(io) : lineProgress(io);
}

type Step = Extract<LandfallEvent, { type: 'step' }>;

function lineProgress(io: Io): Progress {
  const paint = paintFor(io.color);
  return { emit: (event) => isWorthALine(event) && io.err(`${lineOf(event, paint)}\n`), close: () => undefined };
}

type Shown = Exclude<LandfallEvent, { readonly type: 'pause' }>;

const isWorthALine = (event: LandfallEvent): event is Shown =>
  event.type !== 'pause' &&
  (event.type !== 'step' ||
    (!['unchanged', 'progress'].includes(event.status) && (event.quiet !== true || event.status === 'failed')));

function lineOf(event: Shown, paint: Paint): string {
  if (event.type === 'log') return `${paint.dim(event.source)} ${event.line}`;
  if (event.type === 'warning') return `${paint.yellow('!')} ${event.problem.message} → ${event.problem.fix}`;
  return stepLine(event, paint);
}

function stepLine({ label, status, detail, milliseconds }: Step, paint: Paint): string {
  const time = milliseconds === undefined ? '' : paint.dim(` ${(milliseconds / 1000).toFixed(1)} s`);
  const about = detail === undefined ? '' : paint.dim(` (${detail.split('\n')[0] ?? ''})`);
  return `${symbolOf(status, paint)} ${label}${about}${time}`;
}

function symbolOf(status: Step['status'], paint: Paint): string {
  switch (status) {
    case 'done':
      return paint.green('✓');
    case 'failed':
      return paint.red('✗');
    case 'skipped':
      return paint.dim('-');
    case 'unchanged':
      return paint.dim('=');
    case 'started':
    case 'progress':
      return paint.cyan('…');
  }
}

/** What works now, below what is done; log lines pass above. Steps that take no time are only counted. */
async function liveProgress(io: Io): Promise<Progress> {
  const { createLogUpdate } = await import('log-update');
  const paint = paintFor(io.color);
  const update = createLogUpdate(toErr(io), { showCursor: true });
  const running = new Map<string, Step>();
  let done = 0;
  let lastLog = '';
  const draw = () => {
    const lines = [...running.values()].slice(0, 12).map((step) => `  ${stepLine(step, paint)}`);
    update(
      [
        `${paint.bold(String(done))} done`,
        ...lines,
        ...(lastLog === '' ? [] : [paint.dim(`  ${lastLog.slice(0, 100)}`)]),
      ].join('\n'),
    );
  };
  const emit: Emit = (event) => {
    if (event.type === 'pause') {
      update.clear();
      update.done();
      return;
    }
    if (event.type === 'log') lastLog = `${event.source} ${event.line}`;
    else if (event.type === 'warning') {
      update.clear();
      io.err(`${lineOf(event, paint)}\n`);
    } else if (event.status === 'started' || event.status === 'progress') {
      if (event.quiet !== true) running.set(event.id, event);
    } else {
      running.delete(event.id);
      if (event.status === 'done') done += 1;
      if (event.status === 'failed' || (event.milliseconds ?? 0) > 200) {
        update.clear();
        io.err(`${stepLine(event, paint)}\n`);
      }
    }
    draw();
  };
  return {
    emit,
    close: () => {
      update.clear();
      update.done();
    },
  };
}

function toErr(io: Io): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      io.err(chunk.toString());
      done();
    },
  });
}
