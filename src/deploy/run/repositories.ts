import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import type { Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import { awsProblem, isAwsError } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';

/** The URIs of the Stack's image repositories that exist, by Terraform address. */
export async function findRepositories(session: AwsSession, stack: Stack): Promise<Readonly<Record<string, string>>> {
  const client = session.client(ECRClient);
  const uriOf = async (name: string): Promise<string | undefined> => {
    try {
      const { repositories = [] } = await client.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }));
      return repositories[0]?.repositoryUri;
    } catch (error) {
      if (isAwsError(error, 'RepositoryNotFoundException')) return undefined;
      throw awsProblem(error, `look at the image repository ${name}`);
    }
  };
  const found: Record<string, string> = {};
  await Promise.all(
    viewOf(stack)
      .all('aws_ecr_repository')
      .map(async ({ type, name, args }) => {
        const uri = await uriOf(String(args.name));
        if (uri !== undefined) found[`${type}.${name}`] = uri;
      }),
  );
  return found;
}
