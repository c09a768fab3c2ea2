import assert from 'node:assert/strict';
import type { ConformanceCase } from './case.js';
import { assertVerified, inChain } from './http-tricks-chain.js';
import { framingTricks } from './http-tricks-framing.js';
import { headerTricks } from './http-tricks-headers.js';
import { lineTricks } from './http-tricks-lines.js';
import type { Trick } from './http-tricks-rows.js';
import { ask1 } from './raw-client.js';
import { askH2 } from './raw-h2.js';

/** Request smuggling, header and path tricks, sent as bytes: none gets to a service unverified. */
export const cases: readonly ConformanceCase[] = [...framingTricks, ...lineTricks, ...headerTricks].map((trick) => ({
  layer: 'http-tricks',
  name: trick.name,
  source: trick.source,
  run: () => tryOut(trick),
}));

async function tryOut(trick: Trick): Promise<void> {
  await inChain(async ({ ports, seen }) => {
    const port = ports[trick.port ?? '443'];
    const tls = trick.port === undefined;
    const { status } =
      trick.fields === undefined
        ? await ask1(port, trick.bytes ?? '', { tls })
        : await askH2(port, trick.fields, trick.body);
    for (const request of seen) assertVerified(request);
    assert.equal(
      seen.length,
      trick.reach,
      `${String(seen.length)} requests reached the service; the answer was ${String(status)}`,
    );
    if (trick.status !== undefined) assert.equal(status, trick.status);
  });
}
