import type { Waiting } from '../../base/waiting.js';

/** Seconds by stage, in the order in which they ran; a stage that failed is in it too. */
export type Seconds = Readonly<Record<string, number>>;

export interface Timer {
  <T>(stage: string, work: () => Promise<T>): Promise<T>;
  readonly seconds: Seconds;
}

export function timer(waiting: Pick<Waiting, 'now'>): Timer {
  const seconds: Record<string, number> = {};
  const time = async <T>(stage: string, work: () => Promise<T>): Promise<T> => {
    const started = waiting.now();
    try {
      return await work();
    } finally {
      seconds[stage] = (waiting.now() - started) / 1000;
    }
  };
  return Object.assign(time, { seconds });
}
