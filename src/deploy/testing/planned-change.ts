import type { PlannedChange } from '../terraform/plan.js';

/** A change as a plan tells it, of something that Terraform knows nothing more of. */
export const change = (
  address: string,
  action: PlannedChange['action'],
  more: Partial<PlannedChange> = {},
): PlannedChange => ({
  address,
  type: address.split('.')[0] ?? '',
  action,
  createFirst: false,
  attributes: [],
  because: [],
  before: {},
  ...more,
});
