import { stateBucketExists } from '../state/bucket.js';
import type { Check } from './preflight.js';

/** The bucket that `infra:init` makes. */
export const stateBucket: Check = async ({ session, synthesis }, { bucket }) => {
  if (await stateBucketExists(session, bucket)) return {};
  const { environment } = synthesis.manifest;
  return {
    problems: [
      {
        code: 'STATE_BUCKET_MISSING',
        message: `The state bucket ${bucket} does not exist in the account ${session.accountId}.`,
        fix: `Make it: landfall infra:init --env ${environment}. If the environment was deployed before, check the account you are signed in to.`,
      },
    ],
  };
};
