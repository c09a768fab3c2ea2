import type { Tagged } from '../aws/tagged.js';
import type { Resource, ResourceType } from '../../stack/stack.js';
import type { Found } from './import-id.js';
import { importRules } from './import-rules.js';

/**
 * The one of the environment's tagged resources that this must be: of its type, and with its `Name`, which differs from resource to
 * resource. Of several revisions it is the newest.
 * @returns what is known of it; nothing when none or more than one fits
 */
export function foundByTags({ type, args }: Resource<ResourceType>, tagged: readonly Tagged[]): Found {
  const rule = importRules[type];
  const pattern = 'instead' in rule ? undefined : rule.arn;
  if (pattern === undefined) return {};
  const name = nameIn(args);
  const fitting = tagged.filter(({ arn, tags }) => pattern.test(arn) && (name === undefined || tags['Name'] === name));
  const [first, ...more] = fitting.toSorted((a, b) => revisionOf(b.arn) - revisionOf(a.arn));
  if (first === undefined || more.some(({ arn }) => revisionOf(arn) === revisionOf(first.arn))) return {};
  return { arn: first.arn, id: pattern.exec(first.arn)?.[1] ?? first.arn };
}

function nameIn(args: object): string | undefined {
  const tags: unknown = 'tags' in args ? args.tags : undefined;
  const name: unknown = typeof tags === 'object' && tags !== null && 'Name' in tags ? tags.Name : undefined;
  return typeof name === 'string' ? name : undefined;
}

const revisionOf = (arn: string): number => Number(/:task-definition\/.+:(\d+)$/.exec(arn)?.[1] ?? 0);
