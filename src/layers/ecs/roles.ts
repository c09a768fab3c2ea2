import type { Config } from '../../config/config.js';
import { concat, jsonText } from '../../stack/expr.js';
import { logGroup } from '../../stack/log-group.js';
import type { Refs } from '../../stack/refs.js';
import { attr, resource, type AnyResource } from '../../stack/stack.js';
import { trust } from '../../stack/trust.js';
import { readSecrets } from '../../stack/task-environment.js';
import type { TaskPlan } from './service.js';

/** Two roles a service: one for ECS to start its tasks with (its image, log and secrets alone), one for its own code. */
export function roles(config: Config, refs: Refs, plan: TaskPlan): AnyResource[] {
  const id = refs.id(plan.name);
  const role = (kind: 'task' | 'execution') =>
    resource(`aws_iam_role.${kind}_${id}`, {
      name: refs.name(64, plan.name, kind),
      // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html (read 2026-11-23)
      assume_role_policy: trust(refs, 'ecs-tasks.amazonaws.com'),
      tags: { Name: refs.name(64, plan.name, kind) },
    });
  return [
    role('task'),
    role('execution'),
    resource(`aws_iam_role_policy.execution_${id}`, {
      name: 'start-tasks',
      role: attr(refs.executionRole(plan.name), 'id'),
      policy: jsonText({ Version: '2012-10-17', Statement: executionStatements(refs, plan) }),
    }),
    ...(plan.exec ? [execPolicy(refs, plan)] : []),
    logGroup(config, refs, refs.logGroup(plan.name), `/${config.project}/${config.environment}/${plan.name}`),
  ];
}

function executionStatements(refs: Refs, plan: TaskPlan): object[] {
  return [
    {
      Effect: 'Allow',
      Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'],
      Resource: attr(refs.repository(plan.name), 'arn'),
    },
    // This action has no resource of its own. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html (read 2026-11-23)
    { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: concat(attr(refs.logGroup(plan.name), 'arn'), ':*'),
    },
    ...readSecrets(refs, plan.secrets),
  ];
}

/** What ECS Exec needs. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html (read 2026-11-23) */
function execPolicy(refs: Refs, plan: TaskPlan): AnyResource {
  return resource(`aws_iam_role_policy.exec_${refs.id(plan.name)}`, {
    name: 'ecs-exec',
    role: attr(refs.taskRole(plan.name), 'id'),
    policy: jsonText({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'].map(
            (action) => `ssmmessages:${action}`,
          ),
          Resource: '*',
        },
      ],
    }),
  });
}
