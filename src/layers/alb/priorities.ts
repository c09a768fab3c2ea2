import { createHash } from 'node:crypto';

/** Of the rule that takes what no other did: the highest that AWS takes. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html (read 2026-11-23) */
export const lastPriority = 50_000;

/**
 * A rule priority for each name, made from the name alone so that it does not move when another comes or goes.
 * Two names that meet on one number (one chance in some 50,000 a pair) are told apart by a second draw for the later name.
 */
export function prioritiesOf(names: readonly string[]): ReadonlyMap<string, number> {
  const taken = new Set<number>();
  const priorities = new Map<string, number>();
  for (const name of [...names].sort()) {
    let priority = 0;
    for (let draw = 0; priority === 0 || taken.has(priority); draw += 1) priority = drawPriority(name, draw);
    taken.add(priority);
    priorities.set(name, priority);
  }
  return priorities;
}

/** In 100…49,999: what is below and above stays free for Landfall's own rules. */
function drawPriority(name: string, draw: number): number {
  const hash = createHash('sha256')
    .update(`${name}#${String(draw)}`)
    .digest();
  return 100 + (hash.readUInt32BE(0) % (lastPriority - 100));
}
