import { paginateListSecrets, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stack } from '../../stack/stack.js';
import { awsProblem } from '../aws/problems.js';
import type { AwsSession } from '../aws/session.js';
import { declaredSecrets, secretPrefix } from './declared.js';

/** One `import` block of Terraform. */
export interface ImportBlock {
  readonly to: string;
  readonly id: string;
}

/**
 * Secrets that were given a value before the first deploy, and so stand before Terraform makes them: it takes them over. A block for
 * what is in the state already does nothing.
 * @see https://developer.hashicorp.com/terraform/language/v1.11.x/import (not re-read)
 */
export async function secretImports(session: AwsSession, stack: Stack): Promise<readonly ImportBlock[]> {
  const own = new Map(
    declaredSecrets(stack).flatMap(({ name, address, generated }) => (generated ? [] : [[name, address]])),
  );
  if (own.size === 0) return [];
  const client = session.client(SecretsManagerClient);
  const found: ImportBlock[] = [];
  try {
    const Filters = [{ Key: 'name' as const, Values: [secretPrefix(stack)] }];
    for await (const { SecretList = [] } of paginateListSecrets({ client }, { Filters })) {
      for (const { Name = '', ARN = '', DeletedDate } of SecretList) {
        const to = own.get(Name);
        if (to !== undefined && DeletedDate === undefined) found.push({ to, id: ARN });
      }
    }
  } catch (error) {
    throw awsProblem(error, 'list the secrets');
  }
  return found.toSorted((a, b) => (a.to < b.to ? -1 : 1));
}

const fileName = 'imports.tf.json';

/** Writes the blocks beside the artifact, or removes those of an earlier run: a destroy must find none. */
export async function writeImports(artifactFolder: string, imports: readonly ImportBlock[]): Promise<void> {
  const file = join(artifactFolder, fileName);
  if (imports.length === 0) await rm(file, { force: true });
  else await writeFile(file, `${JSON.stringify({ import: imports }, null, 2)}\n`);
}
