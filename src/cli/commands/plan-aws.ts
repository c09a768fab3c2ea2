import { z } from 'zod';
import type { Emit } from '../../base/events.js';
import { realWaiting } from '../../base/waiting.js';
import { planAws, type AwsPlan } from '../../deploy/run/plan.js';
import { awsStages } from '../../deploy/run/real-stages.js';
import type { Io, Outcome } from '../io.js';
import { paintFor } from '../render/paint.js';
import { renderReview } from '../render/review.js';
import { openTarget } from './aws-target.js';
import type { LocalOptions } from './options.js';

export const awsPlanDocument = z.strictObject({
  changes: z.array(
    z.strictObject({
      address: z.string(),
      action: z.enum(['create', 'update', 'replace', 'delete']),
      attributes: z.array(z.string()).describe('arguments that change'),
    }),
  ),
  down: z.array(z.string()).describe('what does not serve for a while'),
  losses: z.array(z.strictObject({ address: z.string(), what: z.string() })).describe('data that would be destroyed'),
  sites: z.array(z.string()).describe('sites whose source is not the one uploaded last'),
  images: z.array(z.string()).describe('services whose image would be made anew, as what it is made from has changed'),
});

export async function runAwsPlan(
  options: LocalOptions & { readonly detailedExitcode?: true },
  io: Io,
  emit: Emit,
): Promise<Outcome> {
  // It has no --unlock: that is for what changes things.
  const target = await openTarget('infra:deploy', options, io, emit);
  const plan = await planAws(target, awsStages(realWaiting(io.signal)));
  const { review, sites, images } = plan;
  const pending = review.changes.length + sites.length + images.length > 0;
  return {
    document: {
      changes: review.changes.map(({ address, action, attributes }) => ({ address, action, attributes })),
      down: review.down,
      losses: review.losses,
      sites,
      images,
    },
    text: textOf(plan, io.color),
    exitCode: pending && options.detailedExitcode === true ? 2 : 0,
  };
}

function textOf({ review, sites, images }: AwsPlan, color: boolean): string {
  const contents = [...images, ...sites];
  const lines = contents.map((name) => `↑ ${name} (content)\n`).join('');
  if (contents.length === 0 || review.changes.length > 0) return `${lines}${renderReview(review, paintFor(color))}`;
  return `${lines}${String(contents.length)} to build or upload; apart from that, nothing to change.\n`;
}
