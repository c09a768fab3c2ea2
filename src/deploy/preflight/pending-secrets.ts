import { paginateListSecrets, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Problem } from '../../base/errors.js';
import { viewOf } from '../../stack/view.js';
import { awsProblem } from '../aws/problems.js';
import type { Check } from './preflight.js';

/** No secret of the Stack waits for its deletion: until then its name is taken. */
export const pendingSecrets: Check = async ({ session, synthesis }) => {
  const { stack, manifest } = synthesis;
  const wanted = viewOf(stack)
    .all('aws_secretsmanager_secret')
    .map(({ args }) => String(args.name));
  if (wanted.length === 0) return {};
  const client = session.client(SecretsManagerClient);
  const problems: Problem[] = [];
  try {
    const Filters = [{ Key: 'name' as const, Values: [`${manifest.project}/${manifest.environment}/`] }];
    const pages = paginateListSecrets({ client }, { Filters, IncludePlannedDeletion: true });
    for await (const { SecretList = [] } of pages) {
      for (const { Name = '', DeletedDate } of SecretList) {
        if (DeletedDate !== undefined && wanted.includes(Name)) problems.push(pending(Name, DeletedDate));
      }
    }
  } catch (error) {
    throw awsProblem(error, 'list the secrets');
  }
  return { problems };
};

const pending = (name: string, date: Date): Problem => ({
  code: 'SECRET_PENDING_DELETION',
  message: `The secret ${name} was deleted on ${date.toISOString().slice(0, 10)}, and keeps its name until its recovery window ends.`,
  fix: `Take it back: aws secretsmanager restore-secret --secret-id ${name}. Or free the name: aws secretsmanager delete-secret --force-delete-without-recovery --secret-id ${name}.`,
});
