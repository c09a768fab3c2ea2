import { jsonText, template } from '../../stack/expr.js';
import { attr, resource, variable, type AnyResource, type Stack } from '../../stack/stack.js';

/** As much of a Stack as deploys look at: two services of the cluster, one with a database and a secret, and Redis. */
export const shopStack: Stack = {
  project: 'shop',
  environment: 'dev',
  region: 'eu-central-1',
  resources: [
    resource('aws_ecs_cluster.main', { name: 'shop-dev' }),
    secret('offers_service__STRIPE_KEY', 'offers-service/STRIPE_KEY'),
    secret('auth_service__SIGNING_KEY', 'auth-service/SIGNING_KEY'),
    secret('shared__REDIS', 'shared/REDIS'),
    resource('aws_secretsmanager_secret_version.shared__REDIS', {
      secret_id: attr('aws_secretsmanager_secret.shared__REDIS', 'id'),
    }),
    ...service('offers-service', ['offers_service__STRIPE_KEY', 'shared__REDIS']),
    ...service('auth-service', ['auth_service__SIGNING_KEY']),
  ],
  data: [],
  ephemeral: [],
  variables: [],
  outputs: [],
};

function secret(id: string, key: string): AnyResource {
  return resource(`aws_secretsmanager_secret.${id}`, { name: `shop/dev/${key}`, description: key });
}

function service(name: string, secrets: readonly string[]): AnyResource[] {
  const id = name.replaceAll('-', '_');
  const definition = `aws_ecs_task_definition.${id}` as const;
  const physical = `shop-dev-${name}`;
  return [
    resource(`aws_cloudwatch_log_group.${id}`, { name: `/ecs/${physical}` }),
    resource(definition, {
      family: physical,
      container_definitions: jsonText([
        {
          name,
          image: template`registry/${name}@${variable(`image_${id}`)}`,
          secrets: secrets.map((one) => ({ valueFrom: attr(`aws_secretsmanager_secret.${one}`, 'arn') })),
          logConfiguration: {
            logDriver: 'awslogs',
            options: { 'awslogs-group': attr(`aws_cloudwatch_log_group.${id}`, 'name'), 'awslogs-stream-prefix': name },
          },
        },
      ]),
    }),
    resource(`aws_ecs_service.${id}`, { name: physical, task_definition: attr(definition, 'arn') }),
  ];
}
