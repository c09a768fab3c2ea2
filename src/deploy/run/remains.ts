import { paginateGetResources, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import type { Environment } from '../state/bucket.js';

/** ARNs of what carries the environment's tags, sorted: in its region, and in us-east-1, where what is global stands. */
export async function findRemains(
  session: AwsSession,
  { project, environment }: Environment,
): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const region of new Set([session.region, 'us-east-1'])) {
    const client = session.client(ResourceGroupsTaggingAPIClient, region);
    const TagFilters = [
      { Key: 'Project', Values: [project] },
      { Key: 'Environment', Values: [environment] },
    ];
    try {
      for await (const { ResourceTagMappingList = [] } of paginateGetResources({ client }, { TagFilters })) {
        for (const { ResourceARN } of ResourceTagMappingList) if (ResourceARN !== undefined) found.add(ResourceARN);
      }
    } catch (error) {
      throw awsProblem(error, `look for what remains in ${region}`);
    }
  }
  return [...found].toSorted();
}
