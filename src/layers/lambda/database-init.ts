import type { Config } from '../../config/config.js';
import { jsonText, template } from '../../stack/expr.js';
import { databasesOf, type Refs } from '../../stack/refs.js';
import { attr, attrPath, resource, type AnyResource } from '../../stack/stack.js';
import { decryptSecrets } from '../../stack/task-environment.js';
import { lambdaFunction } from './function.js';

/** Makes each service's database and role from the secrets; invoked again whenever that list changes. */
export function databaseInit(config: Config, refs: Refs): AnyResource[] {
  const databases = databasesOf(config);
  const master = attrPath(refs.database, 'master_user_secret', 0, 'secret_arn');
  const secrets = databases.map(({ service }) => attr(refs.databaseSecret(service), 'arn'));
  return [
    ...lambdaFunction(config, refs, {
      name: 'database-init',
      description: 'Makes a database and a role for each service',
      timeoutSeconds: 120,
      memoryMiB: 256,
      securityGroup: 'database_init',
      permissions: [
        { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: [master, ...secrets] },
        decryptSecrets(refs),
      ],
    }),
    resource(
      refs.databaseInit,
      {
        function_name: attr(refs.databaseInitFunction, 'function_name'),
        input: jsonText({
          host: attr(refs.database, 'address'),
          port: template`${attr(refs.database, 'port')}`,
          masterSecretArn: master,
          databases: secrets.map((secretArn) => ({ secretArn })),
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
