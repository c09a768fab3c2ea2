import type { Service } from '@aws-sdk/client-ecs';

/** The value of a tag. */
export const tagOf = ({ tags }: Service, key: string): string | undefined =>
  tags?.find((tag) => tag.key === key)?.value;

/** How many tasks a service wakes with: its tag `landfall:wake-count` when that is a whole number above 0, else 1. */
export function wakeCount(service: Service): number {
  const count = Number(tagOf(service, 'landfall:wake-count'));
  return Number.isInteger(count) && count > 0 ? count : 1;
}

/**
 * Names of the ECS services that it calls, from its tags `landfall:calls`, `landfall:calls-2` and so on: a tag's value has 256 characters at
 * most and takes no comma. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html (not re-read)
 */
export const callsOf = ({ tags }: Service): readonly string[] =>
  (tags ?? [])
    .filter(({ key }) => key !== undefined && /^landfall:calls(-\d+)?$/.test(key))
    .flatMap(({ value }) => (value ?? '').split(' ').filter((name) => name !== ''));
