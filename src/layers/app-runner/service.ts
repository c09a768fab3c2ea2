import type { Config, NextService, Tier } from '../../config/config.js';
import { imageReference } from '../../stack/image.js';
import { inCluster, type Refs } from '../../stack/refs.js';
import { attr, resource, type AnyAddress, type AnyResource } from '../../stack/stack.js';
import { environmentOf, secretsOf } from '../../stack/task-environment.js';

export const vpcConnector = 'aws_apprunner_vpc_connector.main';

/** The specification's tiers; App Runner offers each of them. @see https://docs.aws.amazon.com/apprunner/latest/api/API_InstanceConfiguration.html (not re-read) */
const tiers: Readonly<Record<Tier, { readonly cpu: string; readonly memory: string }>> = {
  micro: { cpu: '256', memory: '512' },
  small: { cpu: '512', memory: '1024' },
  medium: { cpu: '1024', memory: '2048' },
  large: { cpu: '2048', memory: '4096' },
};

/** App Runner's most instances. @see https://docs.aws.amazon.com/apprunner/latest/api/API_CreateAutoScalingConfiguration.html (not re-read) */
const mostInstances = 25;

const scalingAddress = (refs: Refs, name: string) =>
  `aws_apprunner_auto_scaling_configuration_version.${refs.id(name)}` as const;

/** Instances between the configured bounds, by requests at once. */
export function scaling(refs: Refs, { name, minInstances, maxInstances }: NextService): AnyResource {
  return resource(
    scalingAddress(refs, name),
    {
      auto_scaling_configuration_name: refs.name(32, name),
      min_size: Math.min(minInstances, mostInstances),
      max_size: Math.min(maxInstances, mostInstances),
      max_concurrency: 100,
      tags: { Name: refs.name(32, name) },
    },
    // A version that a service uses cannot be deleted.
    { lifecycle: { create_before_destroy: true } },
  );
}

/** The service: public to the internet, where the regional web ACL lets CloudFront in alone; its own calls leave through the VPC. */
export function service(config: Config, refs: Refs, app: NextService): AnyResource {
  const { name } = app;
  const environment = environmentOf(config, refs, app).filter(({ name: key }) => key !== 'PORT');
  const secrets = secretsOf(refs, app);
  return resource(
    refs.appRunnerService(name),
    {
      service_name: refs.name(40, name),
      auto_scaling_configuration_arn: attr(scalingAddress(refs, name), 'arn'),
      source_configuration: [
        {
          // The deploy starts each new version itself, by digest.
          auto_deployments_enabled: false,
          authentication_configuration: [{ access_role_arn: attr(refs.executionRole(name), 'arn') }],
          image_repository: [
            {
              image_identifier: imageReference(refs, name),
              image_repository_type: 'ECR',
              image_configuration: [
                {
                  port: String(app.port),
                  runtime_environment_variables: Object.fromEntries(
                    environment.map(({ name: key, value }) => [key, value]),
                  ),
                  ...(secrets.length > 0 && {
                    runtime_environment_secrets: Object.fromEntries(
                      secrets.map(({ name: key, valueFrom }) => [key, valueFrom]),
                    ),
                  }),
                },
              ],
            },
          ],
        },
      ],
      instance_configuration: [{ ...tiers[app.tier], instance_role_arn: attr(refs.taskRole(name), 'arn') }],
      health_check_configuration: [
        {
          protocol: 'HTTP',
          path: app.healthCheckPath,
          interval: 10,
          timeout: 5,
          healthy_threshold: 1,
          unhealthy_threshold: 5,
        },
      ],
      network_configuration: [
        {
          ingress_configuration: [{ is_publicly_accessible: true }],
          egress_configuration: [{ egress_type: 'VPC', vpc_connector_arn: attr(vpcConnector, 'arn') }],
        },
      ],
      tags: { Name: refs.name(255, name) },
    },
    { dependsOn: prerequisites(config, refs, app, secrets.length > 0) },
  );
}

/** What must stand before its instances start: the permissions, the ways out and to what it uses, the secrets' values. */
function prerequisites(config: Config, refs: Refs, app: NextService, withSecrets: boolean): AnyAddress[] {
  const id = refs.id(app.name);
  return [
    `aws_iam_role_policy.execution_${id}`,
    ...(withSecrets ? [`aws_iam_role_policy.task_${id}` as const] : []),
    ...refs.privateRoutes,
    'aws_vpc_security_group_egress_rule.app_runner_all',
    ...(callsTasks(config, app) ? [refs.wayInto('ecs', 'app_runner')] : []),
    ...(app.database === undefined ? [] : [refs.databaseInit, refs.wayInto('rds', 'app_runner')]),
    ...(app.redis ? [refs.secretVersion('shared', 'REDIS'), refs.wayInto('redis', 'app_runner')] : []),
    ...(Object.keys(app.jobs).length > 0 ? [refs.secretVersion('shared', 'JOB_TOKEN')] : []),
  ];
}

const callsTasks = ({ services }: Config, { calls }: NextService): boolean =>
  services.some((other) => inCluster(other) && calls.includes(other.name));
