import type { Service } from '@aws-sdk/client-ecs';

/** The value of a tag. */
export const tagOf = ({ tags }: Service, key: string): string | undefined =>
  tags?.find((tag) => tag.key === key)?.value;

/** How many tasks a service wakes with: its tag `landfall:wake-count` when that is a whole number above 0, else 1. */
export function wakeCount(service: Service): number {
  const count = Number(tagOf(service, 'landfall:wake-count'));
  return Number.isInteger(count) && count > 0 ? count : 1;
}
