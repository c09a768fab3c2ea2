import { z } from 'zod';
import { openAccount } from '../../deploy/aws/account.js';
import { ensureStateBucket } from '../../deploy/state/bucket.js';
import type { CommonOptions } from '../io.js';
import type { CommandEntry } from './index.js';
import { openProject } from './project.js';

export const initState: CommandEntry = {
  name: 'infra:init',
  description: 'Make the bucket that holds the state of an environment on AWS',
  document: z.strictObject({
    environment: z.string(),
    account: z.string(),
    region: z.string(),
    bucket: z.string(),
    made: z.boolean().describe('false when it was there already'),
  }),
  async run(given, io) {
    const options: CommonOptions = given;
    const { synthesis } = await openProject(options, io);
    const { project, environment, region } = synthesis.manifest;
    const session = await openAccount(synthesis.stack, { signal: io.signal });
    const { name, made } = await ensureStateBucket(session, { project, environment });
    const text = made ? `Made the state bucket ${name}.` : `The state bucket ${name} is there, and set up.`;
    return {
      document: { environment, account: session.accountId, region, bucket: name, made },
      text: `${text}\nNext: landfall infra:deploy --env ${environment}\n`,
    };
  },
};
