import type { Config } from '../../config/config.js';
import { jsonText, template } from '../../stack/expr.js';
import type { ArtifactFile, SynthPart } from '../../stack/layer.js';
import { databasesOf, zoneIndexes, type Refs } from '../../stack/refs.js';
import { attr, attrPath, dataAttr, resource, type AnyResource } from '../../stack/stack.js';
import { bundle } from './bundle.js';

const databaseInitPath = 'lambda/database-init.zip';

/** The functions: database initialisation, when there is a database. */
export function synth(config: Config, refs: Refs): SynthPart {
  return config.postgres === undefined ? {} : { resources: databaseInit(config, refs) };
}

/** The bundles that the functions refer to. */
export function files(config: Config): readonly ArtifactFile[] {
  return config.postgres === undefined ? [] : [{ path: databaseInitPath, content: bundle('database-init').zip }];
}

/** Makes each service's database and role from the secrets; invoked again whenever that list changes. */
function databaseInit(config: Config, refs: Refs): AnyResource[] {
  const databases = databasesOf(config);
  const logGroup = 'aws_cloudwatch_log_group.database_init';
  const role = 'aws_iam_role.database_init';
  return [
    resource(logGroup, { name: `/aws/lambda/${functionName(refs)}`, retention_in_days: config.production ? 365 : 30 }),
    ...databaseInitRole(
      refs,
      databases.map(({ service }) => service),
    ),
    resource(
      refs.databaseInitFunction,
      {
        function_name: functionName(refs),
        description: 'Makes a database and a role for each service',
        role: attr(role, 'arn'),
        filename: databaseInitPath,
        source_code_hash: bundle('database-init').sha256Base64,
        runtime: 'nodejs22.x',
        architectures: ['arm64'],
        handler: 'index.handler',
        memory_size: 256,
        timeout: 120,
        vpc_config: [
          {
            subnet_ids: zoneIndexes.map((zone) => attr(refs.subnet('private', zone), 'id')),
            security_group_ids: [attr(refs.securityGroup('database_init'), 'id')],
          },
        ],
        tags: { Name: functionName(refs) },
      },
      { dependsOn: [logGroup, 'aws_iam_role_policy.database_init', 'aws_iam_role_policy_attachment.database_init'] },
    ),
    resource(
      refs.databaseInit,
      {
        function_name: attr(refs.databaseInitFunction, 'function_name'),
        input: jsonText({
          host: attr(refs.database, 'address'),
          port: template`${attr(refs.database, 'port')}`,
          masterSecretArn: attrPath(refs.database, 'master_user_secret', 0, 'secret_arn'),
          databases: databases.map(({ service }) => ({ secretArn: attr(refs.databaseSecret(service), 'arn') })),
        }),
      },
      {
        // Invoked as soon as it can be: the values, and the ways to Secrets Manager and the database, must stand before.
        dependsOn: [
          ...databases.map(({ service }) => refs.secretVersion(service, 'DATABASE_URL')),
          ...refs.privateRoutes,
          'aws_vpc_security_group_egress_rule.database_init_https',
          'aws_vpc_security_group_egress_rule.database_init_rds',
          'aws_vpc_security_group_ingress_rule.rds_database_init',
        ],
      },
    ),
  ];
}

const functionName = (refs: Refs) => refs.name(64, 'database-init');

function databaseInitRole(refs: Refs, services: readonly string[]): AnyResource[] {
  const role = 'aws_iam_role.database_init';
  return [
    resource(role, {
      name: refs.name(64, 'database-init'),
      assume_role_policy: jsonText({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      }),
      tags: { Name: refs.name(64, 'database-init') },
    }),
    // Network interfaces in the VPC, and its log. https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html (read 2026-11-23)
    resource('aws_iam_role_policy_attachment.database_init', {
      role: attr(role, 'name'),
      policy_arn: template`arn:${dataAttr(refs.partition, 'partition')}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole`,
    }),
    resource('aws_iam_role_policy.database_init', {
      name: 'read-secrets',
      role: attr(role, 'id'),
      policy: jsonText({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'secretsmanager:GetSecretValue',
            Resource: [
              attrPath(refs.database, 'master_user_secret', 0, 'secret_arn'),
              ...services.map((service) => attr(refs.databaseSecret(service), 'arn')),
            ],
          },
        ],
      }),
    }),
  ];
}
