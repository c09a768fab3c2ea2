import type { Config, PostgresConfig } from '../../config/config.js';
import { template } from '../../stack/expr.js';
import { logGroup } from '../../stack/log-group.js';
import type { SynthPart } from '../../stack/layer.js';
import { zoneIndexes, type Refs } from '../../stack/refs.js';
import { attr, dataAttr, resource, type AnyResource } from '../../stack/stack.js';
import { trust } from '../../stack/trust.js';

/** The PostgreSQL 16 instance; its databases and roles are the init Lambda's work. */
export function synth(config: Config, refs: Refs): SynthPart {
  return config.postgres === undefined ? {} : instance(config, config.postgres, refs);
}

function instance(config: Config, postgres: PostgresConfig, refs: Refs): SynthPart {
  const name = refs.name(63, 'postgres');
  return {
    resources: [
      resource('aws_db_subnet_group.main', {
        name: refs.name(255, 'postgres'),
        description: 'Database subnets',
        subnet_ids: zoneIndexes.map((zone) => attr(refs.subnet('database', zone), 'id')),
        tags: { Name: name },
      }),
      resource(
        'aws_db_parameter_group.main',
        {
          name: refs.name(255, 'postgres16'),
          family: 'postgres16',
          description: 'TLS only; slow statements and changes of the schema are logged',
          parameter: [
            { name: 'rds.force_ssl', value: '1', apply_method: 'immediate' },
            { name: 'log_min_duration_statement', value: '1000', apply_method: 'immediate' },
            { name: 'log_statement', value: 'ddl', apply_method: 'immediate' },
          ],
          tags: { Name: name },
        },
        { lifecycle: { create_before_destroy: true, ignore_changes: ['description'] } },
      ),
      ...(['postgresql', 'upgrade'] as const).map((log) =>
        logGroup(config, refs, `aws_cloudwatch_log_group.postgres__${log}`, `/aws/rds/instance/${name}/${log}`),
      ),
      ...(config.production ? [snapshotName] : []),
      ...monitoringRole(refs),
      resource(
        refs.database,
        {
          identifier: name,
          engine: 'postgres',
          engine_version: '16',
          instance_class: postgres.instanceClass,
          storage_type: 'gp3',
          allocated_storage: postgres.allocatedStorageGb,
          max_allocated_storage: growsTo(postgres.allocatedStorageGb),
          storage_encrypted: true,
          kms_key_id: attr(refs.key, 'arn'),
          username: 'landfall',
          manage_master_user_password: true,
          master_user_secret_kms_key_id: attr(refs.key, 'arn'),
          db_subnet_group_name: attr('aws_db_subnet_group.main', 'name'),
          parameter_group_name: attr('aws_db_parameter_group.main', 'name'),
          vpc_security_group_ids: [attr(refs.securityGroup('rds'), 'id')],
          publicly_accessible: false,
          multi_az: postgres.multiAz,
          backup_retention_period: postgres.backupRetentionDays,
          copy_tags_to_snapshot: true,
          delete_automated_backups: !config.production,
          deletion_protection: config.production,
          skip_final_snapshot: !config.production,
          ...(config.production && {
            final_snapshot_identifier: template`${refs.name(200, 'postgres-final')}-${attr(snapshotSuffix, 'id')}`,
          }),
          enabled_cloudwatch_logs_exports: ['postgresql', 'upgrade'],
          performance_insights_enabled: true,
          performance_insights_kms_key_id: attr(refs.key, 'arn'),
          monitoring_interval: 60,
          monitoring_role_arn: attr('aws_iam_role.database_monitoring', 'arn'),
          iam_database_authentication_enabled: true,
          ca_cert_identifier: 'rds-ca-rsa2048-g1',
          auto_minor_version_upgrade: true,
          apply_immediately: !config.production,
          tags: { Name: name },
        },
        {
          // RDS would make the log groups itself, without retention or encryption.
          dependsOn: [
            'aws_cloudwatch_log_group.postgres__postgresql',
            'aws_cloudwatch_log_group.postgres__upgrade',
            'aws_iam_role_policy_attachment.database_monitoring',
          ],
        },
      ),
    ],
  };
}

/**
 * Storage grows by itself up to twice its size, since a full disk stops the database; at most 65,536 GiB, and at least a quarter more
 * than it has, or not at all.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html (not re-read)
 */
function growsTo(gib: number): number | undefined {
  const most = Math.min(2 * gib, 65_536);
  return most >= gib * 1.26 ? most : undefined;
}

const snapshotSuffix = 'terraform_data.final_snapshot';

/** Terraform's own id. A deploy makes another with each new instance, and `infra:destroy` gives a name of its own: it must be free. */
const snapshotName = resource(snapshotSuffix, { input: 'suffix of the final snapshot' });

/** Enhanced Monitoring's role. @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html (not re-read) */
function monitoringRole(refs: Refs): AnyResource[] {
  const role = 'aws_iam_role.database_monitoring';
  return [
    resource(role, {
      name: refs.name(64, 'database-monitoring'),
      assume_role_policy: trust(refs, 'monitoring.rds.amazonaws.com'),
      tags: { Name: refs.name(64, 'database-monitoring') },
    }),
    resource('aws_iam_role_policy_attachment.database_monitoring', {
      role: attr(role, 'name'),
      policy_arn: template`arn:${dataAttr(refs.partition, 'partition')}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole`,
    }),
  ];
}
