import type { NextService } from '../../config/config.js';
import { jsonText } from '../../stack/expr.js';
import type { Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';
import { readSecrets, secretsOf } from '../../stack/task-environment.js';
import { plainTrust } from '../../stack/trust.js';

/**
 * Two roles: App Runner pulls the image with one; the application has the other, which also reads its secrets at the start.
 * @see https://docs.aws.amazon.com/apprunner/latest/dg/security_iam_service-with-iam.html (not re-read)
 */
export function roles(refs: Refs, { name, ...app }: NextService): AnyResource[] {
  const id = refs.id(name);
  const secrets = readSecrets(refs, secretsOf(refs, { name, ...app }));
  const policy = (Statement: readonly object[]) => jsonText({ Version: '2012-10-17', Statement });
  return [
    resource(refs.executionRole(name), {
      name: refs.name(64, name, 'execution'),
      assume_role_policy: plainTrust('build.apprunner.amazonaws.com'),
      tags: { Name: refs.name(64, name, 'execution') },
    }),
    resource(`aws_iam_role_policy.execution_${id}`, {
      name: 'pull-image',
      role: attr(refs.executionRole(name), 'id'),
      policy: policy([
        {
          Effect: 'Allow',
          Action: [
            'ecr:BatchGetImage',
            'ecr:GetDownloadUrlForLayer',
            'ecr:BatchCheckLayerAvailability',
            'ecr:DescribeImages',
          ],
          Resource: attr(refs.repository(name), 'arn'),
        },
        // This action has no resource of its own. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html (read 2026-11-23)
        { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
      ]),
    }),
    resource(refs.taskRole(name), {
      name: refs.name(64, name, 'task'),
      assume_role_policy: plainTrust('tasks.apprunner.amazonaws.com'),
      tags: { Name: refs.name(64, name, 'task') },
    }),
    ...(secrets.length === 0
      ? []
      : [
          resource(`aws_iam_role_policy.task_${id}`, {
            name: 'read-secrets',
            role: attr(refs.taskRole(name), 'id'),
            policy: policy(secrets),
          }),
        ]),
  ];
}
