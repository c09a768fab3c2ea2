import { z } from 'zod';
import { header } from '../../../local/http/headers.js';
import { json } from '../../../local/http/responses.js';
import type { HeaderPair } from '../../../local/contract/http.js';
import type { PluginFactory } from './plugin.js';

const schema = z.object({
  minute: z.number(),
  limit_by: z.literal('header'),
  header_name: z.string(),
  policy: z.enum(['local', 'redis']),
});

const minuteMs = 60_000;

/** Counts in whole minutes of the clock, as Kong does. With `redis` too each local gateway counts for itself: there is one. */
export const rateLimiting: PluginFactory = (config, { clock }) => {
  const { minute: limit, header_name } = schema.parse(config);
  let window = 0;
  const counts = new Map<string, number>();
  return {
    name: 'rate-limiting',
    priority: 910,
    access: ({ request, responseHeaders }) => {
      const now = clock.now();
      const current = Math.floor(now / minuteMs);
      if (current !== window) {
        window = current;
        counts.clear();
      }
      const viewer = header(request.headers, header_name) ?? request.peer.address;
      const used = counts.get(viewer) ?? 0;
      const exceeded = used >= limit;
      if (!exceeded) counts.set(viewer, used + 1);
      const resetSeconds = String(Math.max(1, Math.ceil(((current + 1) * minuteMs - now) / 1000)));
      responseHeaders.push(...limits(limit, exceeded ? 0 : limit - used - 1, resetSeconds));
      return exceeded
        ? json(429, { message: 'API rate limit exceeded', request_id: request.trace.id }, [
            ['Retry-After', resetSeconds],
          ])
        : undefined;
    },
  };
};

const limits = (limit: number, remaining: number, resetSeconds: string): readonly HeaderPair[] => [
  ['X-RateLimit-Limit-Minute', String(limit)],
  ['X-RateLimit-Remaining-Minute', String(remaining)],
  ['RateLimit-Limit', String(limit)],
  ['RateLimit-Remaining', String(remaining)],
  ['RateLimit-Reset', resetSeconds],
];
