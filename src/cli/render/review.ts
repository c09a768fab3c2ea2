import type { PlannedChange } from '../../deploy/terraform/plan.js';
import type { Review } from '../../deploy/run/review.js';
import type { Paint } from './paint.js';

/** More resources to make than this are counted by type. */
const mostListed = 40;

/** What a plan would do: each change, what will be down, what data is lost, and the counts. */
export function renderReview({ changes, down, losses }: Review, paint: Paint): string {
  const created = changes.filter(({ action }) => action === 'create');
  const others = changes.filter(({ action }) => action !== 'create');
  const lines = [
    ...(created.length > mostListed ? byType(created, paint) : created.map((change) => lineOf(change, paint))),
    ...others.map((change) => lineOf(change, paint)),
    ...down.map((text) => `${paint.yellow('!')} ${text}`),
    ...losses.map(({ address, what }) => `${paint.red('✗')} ${paint.bold(address)}: ${what}`),
    paint.bold(renderCounts(changes)),
  ];
  return `${lines.join('\n')}\n`;
}

/** `3 to create, 1 to replace.` */
export function renderCounts(changes: readonly PlannedChange[]): string {
  const counts = (['create', 'update', 'replace', 'delete'] as const).flatMap((action) => {
    const count = changes.filter((change) => change.action === action).length;
    return count === 0 ? [] : [`${String(count)} to ${action}`];
  });
  return counts.length === 0 ? 'Nothing to change.' : `${counts.join(', ')}.`;
}

function lineOf({ address, action, attributes, because }: PlannedChange, paint: Paint): string {
  switch (action) {
    case 'create':
      return `${paint.green('+')} ${address}`;
    case 'update':
      return `${paint.yellow('~')} ${address} ${paint.dim(`(${attributes.join(', ')})`)}`;
    case 'replace':
      return `${paint.magenta('±')} ${address} ${paint.dim(`(replaced, because of ${because.join(', ') || 'what it depends on'})`)}`;
    case 'delete':
      return `${paint.red('-')} ${address}`;
  }
}

function byType(created: readonly PlannedChange[], paint: Paint): readonly string[] {
  const counts = new Map<string, number>();
  for (const { type } of created) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => `${paint.green('+')} ${type} ${paint.dim(`× ${String(count)}`)}`);
}
