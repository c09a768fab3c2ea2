import type { RunningTask, TaskRuntime } from '../../src/local/contract/context.js';
import { recording } from '../../src/local/testing/fake-request.js';

/** Tasks that answer, and run until they are stopped. @param port where each listens; default: nowhere of its own */
export const lastingTasks = (port?: () => number): TaskRuntime => ({
  start: ({ id }) => {
    let end: (exit: { readonly message: string }) => void = () => undefined;
    return Promise.resolve<RunningTask>({
      id,
      pid: undefined,
      ...(port && { port: port() }),
      handler: recording(),
      healthHandler: recording(),
      lastLines: () => [],
      exited: new Promise((resolve) => (end = resolve)),
      stop: () => {
        end({ message: 'stopped' });
        return Promise.resolve();
      },
    });
  },
});
