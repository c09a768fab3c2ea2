import { paginateGetResources, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { awsProblem } from './problems.js';
import type { AwsSession } from './session.js';
import type { Environment } from '../state/bucket.js';

export interface Tagged {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What carries the environment's tags, by ARN: in its region, and in us-east-1, where what is global stands. */
export async function findTagged(
  session: AwsSession,
  { project, environment }: Environment,
): Promise<readonly Tagged[]> {
  const found = new Map<string, Tagged>();
  for (const region of new Set([session.region, 'us-east-1'])) {
    const client = session.client(ResourceGroupsTaggingAPIClient, region);
    const TagFilters = [
      { Key: 'Project', Values: [project] },
      { Key: 'Environment', Values: [environment] },
    ];
    try {
      for await (const { ResourceTagMappingList = [] } of paginateGetResources({ client }, { TagFilters })) {
        for (const { ResourceARN: arn, Tags = [] } of ResourceTagMappingList) {
          if (arn === undefined) continue;
          found.set(arn, { arn, tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])) });
        }
      }
    } catch (error) {
      throw awsProblem(error, `look for what remains in ${region}`);
    }
  }
  return [...found.values()].toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
}
