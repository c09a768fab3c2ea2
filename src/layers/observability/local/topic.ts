import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../../base/errors.js';
import type { AlarmNotice } from '../../../local/contract/alarms.js';
import type { LocalContext } from '../../../local/contract/context.js';
import { localArn, type LocalBehaviour } from '../../../stack/layer.js';

/** A topic: what is published to it stands in `alarms.log`, a line of JSON for each message. */
export const topic: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'Nobody is told by e-mail: what alarms say stands in alarms.log in the logs folder. Nothing else publishes.',
  apply({ args }, ctx) {
    const name = String(args['name']);
    const arn = localArn(ctx, 'sns', name);
    let writing = Promise.resolve();
    ctx.provide('alarmAction', {
      repeats: false,
      notify: (notice) => {
        writing = writing.then(() => record(notice, name, ctx));
      },
    });
    return Promise.resolve({ id: arn, arn, name });
  },
};

async function record(notice: AlarmNotice, topicName: string, ctx: LocalContext): Promise<void> {
  const { alarm, state, reason } = notice;
  const time = new Date(ctx.cloudClock.now()).toISOString();
  ctx.emit({ type: 'log', source: 'alarms', line: `${alarm} is ${state}: ${reason}` });
  try {
    await mkdir(ctx.folders.logs, { recursive: true });
    const line = JSON.stringify({ time, topic: topicName, alarm, state, reason });
    await appendFile(join(ctx.folders.logs, 'alarms.log'), `${line}\n`, { mode: 0o600 });
  } catch (error) {
    ctx.emit({ type: 'log', source: 'alarms', line: `alarms.log could not be written: ${messageOf(error)}` });
  }
}
