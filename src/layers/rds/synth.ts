import type { Config, PostgresConfig } from '../../config/config.js';
import type { SynthPart } from '../../stack/layer.js';
import { zoneIndexes, type Refs } from '../../stack/refs.js';
import { attr, resource } from '../../stack/stack.js';

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
          description: 'TLS only',
          parameter: [{ name: 'rds.force_ssl', value: '1', apply_method: 'immediate' }],
          tags: { Name: name },
        },
        { lifecycle: { create_before_destroy: true } },
      ),
      resource(refs.database, {
        identifier: name,
        engine: 'postgres',
        engine_version: '16',
        instance_class: postgres.instanceClass,
        storage_type: 'gp3',
        allocated_storage: postgres.allocatedStorageGb,
        storage_encrypted: true,
        username: 'landfall',
        manage_master_user_password: true,
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
        ...(config.production && { final_snapshot_identifier: refs.name(200, 'postgres-final') }),
        auto_minor_version_upgrade: true,
        apply_immediately: !config.production,
        tags: { Name: name },
      }),
    ],
  };
}
