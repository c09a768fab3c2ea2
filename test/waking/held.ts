import { randomBytes } from 'node:crypto';
import { messageOf } from '../../src/base/errors.js';
import { pause, settledMs, sha256, type Served, type SleepyPlane } from './plane.js';

const bodyBytes = 5 * 1024 * 1024;

/** What became of held requests. */
export interface Held {
  readonly requests: number;
  /** Why those that did not get 200 and the sha256 of their own body failed. */
  readonly faults: readonly string[];
  /** Calls of the wake-up function that raised a service. */
  readonly wakeUps: number;
  readonly seconds: number;
}

/**
 * Wake-ups one after the other, of each service for itself, for so many seconds or until there are `most`.
 * Each is one held request, GET and POST in turn.
 */
export async function wakeMany(plane: SleepyPlane, seconds: number, most: number): Promise<Held> {
  const until = performance.now() + seconds * 1000;
  const body = Buffer.from('{"a":"body"}');
  let made = 0;
  return counted(plane, async () => {
    const faults: (string | undefined)[] = [];
    const cycle = async (service: string): Promise<void> => {
      while (performance.now() < until && made < most) {
        made += 1;
        const sent = made % 2 === 0 ? body : undefined;
        await plane.sleep(service);
        await pause(settledMs);
        faults.push(await faultOf(plane.ask(service, sent), sent));
      }
    };
    await Promise.all(plane.services.map(cycle));
    return faults;
  });
}

/** As many requests at once of a sleeping service, half of them with a body of 5 MB, each another. */
export async function holdAtOnce(plane: SleepyPlane, service: string, requests: number): Promise<Held> {
  const bytes = randomBytes(bodyBytes + requests);
  await plane.sleep(service);
  await pause(settledMs);
  return counted(plane, () =>
    Promise.all(
      Array.from({ length: requests }, (_, index) => {
        const body = index % 2 === 0 ? undefined : bytes.subarray(index, index + bodyBytes);
        return faultOf(plane.ask(service, body), body);
      }),
    ),
  );
}

async function counted(plane: SleepyPlane, work: () => Promise<readonly (string | undefined)[]>): Promise<Held> {
  const before = await plane.wakeUps();
  const started = performance.now();
  const outcomes = await work();
  return {
    requests: outcomes.length,
    faults: outcomes.filter((outcome) => outcome !== undefined),
    wakeUps: (await plane.wakeUps()) - before,
    seconds: (performance.now() - started) / 1000,
  };
}

/** Why the answer is not the one that it should be. */
async function faultOf(answer: Promise<Served>, body: Buffer | undefined): Promise<string | undefined> {
  try {
    const served = await answer;
    if (served.status !== 200) return `status ${String(served.status)}`;
    return served.sha256 === sha256(body ?? '') ? undefined : 'another body';
  } catch (error) {
    return messageOf(error);
  }
}
