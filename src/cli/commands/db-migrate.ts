import { Argument } from 'commander';
import { z } from 'zod';
import { realWaiting } from '../../base/waiting.js';
import { migrate } from '../../deploy/tasks/index.js';
import type { CommandEntry } from './index.js';
import { localOption, type LocalOptions } from './options.js';
import { openTarget } from './target.js';

export const dbMigrate: CommandEntry = {
  name: 'db:migrate',
  description: 'Run the migrate command of services, each as a task of its own',
  document: z.strictObject({
    migrations: z.array(z.strictObject({ service: z.string(), taskArn: z.string(), milliseconds: z.number() })),
  }),
  arguments: [new Argument('[services...]', 'only these services')],
  options: [localOption()],
  async run(given, io, emit) {
    const options = given as LocalOptions & { readonly arguments: readonly unknown[] };
    const { session, synthesis } = await openTarget(options, io);
    const only = options.arguments[0] as readonly string[];
    const { stack, manifest } = synthesis;
    const migrations = await migrate({
      session,
      stack,
      manifest,
      ...(only.length > 0 && { only }),
      // The local plane has no subnets.
      ...(options.local === true && { network: { subnets: [], securityGroups: [] } }),
      emit,
      waiting: realWaiting(io.signal),
      signal: io.signal,
    });
    const names = migrations.map(({ service }) => service).join(', ');
    return {
      document: { migrations },
      text: names === '' ? 'No service has a migrate command.\n' : `Migrated: ${names}.\n`,
    };
  },
};
