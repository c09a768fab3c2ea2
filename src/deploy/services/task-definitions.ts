import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  paginateListTaskDefinitionFamilies,
  paginateListTaskDefinitions,
} from '@aws-sdk/client-ecs';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import type { Environment } from '../state/bucket.js';

/** At most 10 a call, all of them deregistered. @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteTaskDefinitions.html (not re-read) */
const deletedACall = 10;

/**
 * Deregisters and deletes every revision of every family of an environment, those of services that its config has no more too:
 * Terraform keeps each revision that it replaces, so that a service can go on with it.
 * @returns how many
 * @throws what `awsProblem` makes
 */
export async function removeTaskDefinitions(session: AwsSession, environment: Environment): Promise<number> {
  const client = session.client(ECSClient);
  let removed = 0;
  try {
    for (const family of await familiesOf(client, environment)) {
      const active = await revisionsOf(client, family, 'ACTIVE');
      // What a killed run has deregistered, and not deleted.
      const inactive = await revisionsOf(client, family, 'INACTIVE');
      const all = [...active, ...inactive];
      const [one] = all;
      if (one === undefined || !(await belongsTo(client, one, environment))) continue;
      for (const taskDefinition of active) await client.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
      for (let start = 0; start < all.length; start += deletedACall) {
        const taskDefinitions = all.slice(start, start + deletedACall);
        await client.send(new DeleteTaskDefinitionsCommand({ taskDefinitions }));
      }
      removed += all.length;
    }
  } catch (error) {
    throw awsProblem(error, 'remove the task definitions');
  }
  return removed;
}

type Status = 'ACTIVE' | 'INACTIVE';

async function familiesOf(client: ECSClient, { project, environment }: Environment): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const status of ['ACTIVE', 'INACTIVE'] satisfies Status[]) {
    const input = { familyPrefix: `${project}-${environment}-`, status };
    for await (const { families = [] } of paginateListTaskDefinitionFamilies({ client }, input))
      for (const family of families) found.add(family);
  }
  return found;
}

async function revisionsOf(client: ECSClient, family: string, status: Status): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { taskDefinitionArns = [] } of paginateListTaskDefinitions(
    { client },
    { familyPrefix: family, status },
  ))
    found.push(...taskDefinitionArns.filter((arn) => arn.includes(`:task-definition/${family}:`)));
  return found;
}

/** Its name may begin like that of another project's: `shop-dev` and `shop-dev-eu`. */
async function belongsTo(
  client: ECSClient,
  taskDefinition: string,
  { project, environment }: Environment,
): Promise<boolean> {
  const { tags = [] } = await client.send(new DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] }));
  const has = (key: string, value: string) => tags.some((tag) => tag.key === key && tag.value === value);
  return has('Project', project) && has('Environment', environment);
}
