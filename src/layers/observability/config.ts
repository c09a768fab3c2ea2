import { z } from 'zod';

/** Alarms and budget of an environment. */
export const observabilityKeys = {
  alarms: z
    .strictObject({
      email: z
        .email({ error: 'an e-mail address such as `ops@example.com`' })
        .optional()
        .describe('Who is told. Default: nobody, the alarms are only shown.'),
    })
    .optional()
    .describe('Alarms.'),
  budgetUsd: z.number().positive().optional().describe('Monthly budget in US dollars; a forecast above it is told.'),
};
