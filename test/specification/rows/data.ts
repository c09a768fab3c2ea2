import { expect } from 'vitest';
import { expectDatabaseSubnets } from '../checks.js';
import type { Entry } from '../entry.js';
import { at, jsonAt, listAt, only, projectOf, refersTo, textAt } from '../questions.js';

/** Data: RDS + ElastiCache. */
export const data: readonly Entry[] = [
  {
    text: 'RDS PostgreSQL 16:',
    resources: ['aws_db_instance.main', 'aws_db_parameter_group.main'],
    asserts: 'engine postgres, version 16, parameters of its family',
    check: (plan) => {
      const { values } = plan.get('aws_db_instance.main');
      expect(values['engine']).toBe('postgres');
      expect(textAt(values, 'engine_version')).toMatch(/^16(\.|$)/);
      expect(plan.get('aws_db_parameter_group.main').values['family']).toBe('postgres16');
    },
  },
  {
    text: 'Separate databases per service (auth_db, offers_db, kong_db)',
    resources: ['aws_lambda_invocation.database_init', 'aws_secretsmanager_secret'],
    asserts: 'three databases, each with a connection secret of its own, which the initialisation reads',
    check: (plan, name) => {
      const input = jsonAt(plan.get('aws_lambda_invocation.database_init'), 'input');
      const secrets = listAt(input, 'databases').map((database) => at(database, 'secretArn'));
      for (const [service, database] of [
        ['auth_service', 'auth_db'],
        ['offers_service', 'offers_db'],
        ['kong', 'kong_db'],
      ] as const) {
        const secret = plan.get(`aws_secretsmanager_secret.${service}__DATABASE_URL`);
        expect(secret.values['name']).toBe(`${projectOf(plan)}/${name}/${service.replaceAll('_', '-')}/DATABASE_URL`);
        expect(textAt(secret.values, 'description')).toContain(database);
        expect(secrets.filter((arn) => refersTo(arn, secret.address))).toHaveLength(1);
      }
    },
  },
  {
    text: 'Private subnets only (no public access)',
    resources: ['aws_db_instance.main', 'aws_db_subnet_group.main', 'aws_route_table.database'],
    asserts: 'not publicly accessible; in the database subnets, whose route table has no route out',
    check: (plan) => {
      const database = plan.get('aws_db_instance.main');
      const group = plan.get('aws_db_subnet_group.main');
      expect(database.values['publicly_accessible']).toBe(false);
      expect(database.values['db_subnet_group_name']).toBe(group.values['name']);
      expectDatabaseSubnets(plan, group);
    },
  },
  {
    text: 'Tiers: `db.t3.micro` (dev) through `db.r6g.large` (prod)',
    resources: ['aws_db_instance.main'],
    asserts: 'the instance class of each environment',
    check: (plan, name) => {
      const expected = name === 'prod' ? 'db.r6g.large' : 'db.t3.micro';
      expect(plan.get('aws_db_instance.main').values['instance_class']).toBe(expected);
    },
  },
  {
    text: 'Multi-AZ: No (dev) / Yes (prod)',
    resources: ['aws_db_instance.main'],
    asserts: '`multi_az` false in dev, true in prod',
    check: (plan, name) => {
      expect(plan.get('aws_db_instance.main').values['multi_az']).toBe(name === 'prod');
    },
  },
  {
    text: 'Automated backups with 7-day retention',
    resources: ['aws_db_instance.main'],
    asserts: '`backup_retention_period` 7',
    check: (plan) => {
      expect(plan.get('aws_db_instance.main').values['backup_retention_period']).toBe(7);
    },
  },
  {
    text: 'ElastiCache Redis 7:',
    resources: ['aws_elasticache_replication_group.main', 'aws_elasticache_parameter_group.main'],
    asserts: 'engine redis, version 7, parameters of its family',
    check: (plan) => {
      const { values } = plan.get('aws_elasticache_replication_group.main');
      expect(values['engine']).toBe('redis');
      expect(textAt(values, 'engine_version')).toMatch(/^7(\.|$)/);
      expect(plan.get('aws_elasticache_parameter_group.main').values['family']).toBe('redis7');
    },
  },
  {
    text: 'Rate limiting, session cache, BullMQ queues',
    resources: [
      'aws_elasticache_parameter_group.main',
      'aws_elasticache_replication_group.main',
      'aws_ecs_task_definition',
    ],
    asserts:
      'one shard, `noeviction` (queues lose no job), and its address for the services that use it and the gateway',
    check: (plan) => {
      const parameters = listAt(plan.get('aws_elasticache_parameter_group.main').values, 'parameter');
      expect(parameters).toContainEqual({ name: 'maxmemory-policy', value: 'noeviction' });
      const { values } = plan.get('aws_elasticache_replication_group.main');
      expect(Number(values['num_node_groups'] ?? 1)).toBe(1);
      expect(plan.has('aws_service_discovery_instance.redis')).toBe(true);
      const users = plan
        .all('aws_ecs_task_definition')
        .filter((definition) => JSON.stringify(jsonAt(definition, 'container_definitions')).includes('"REDIS_URL"'));
      expect(users.map(({ name }) => name)).toContain('offers_service');
    },
  },
  {
    text: 'Private subnets only, password required, encryption at rest + in transit',
    resources: ['aws_elasticache_replication_group.main', 'aws_elasticache_subnet_group.main'],
    asserts: 'database subnets, an AUTH token, both encryptions',
    note: 'The token that Terraform knows is a throw-away one: it is replaced out of band by the value in Secrets Manager.',
    check: (plan) => {
      const cache = plan.get('aws_elasticache_replication_group.main');
      expect(
        cache.values['at_rest_encryption_enabled'] === true || cache.values['at_rest_encryption_enabled'] === 'true',
      ).toBe(true);
      expect(cache.values['transit_encryption_enabled']).toBe(true);
      expect(cache.written).toHaveProperty('auth_token');
      expect(textAt(cache.written, 'auth_token'), 'no literal password').toMatch(/^\$\{/);
      const group = only(plan.all('aws_elasticache_subnet_group'), 'subnet group of Redis');
      expect(cache.values['subnet_group_name']).toBe(group.values['name']);
      expectDatabaseSubnets(plan, group);
    },
  },
  {
    text: 'Tiers: `cache.t3.micro` (dev) through `cache.r6g.large` (prod)',
    resources: ['aws_elasticache_replication_group.main'],
    asserts: 'the node type of each environment',
    check: (plan, name) => {
      const expected = name === 'prod' ? 'cache.r6g.large' : 'cache.t3.micro';
      expect(plan.get('aws_elasticache_replication_group.main').values['node_type']).toBe(expected);
    },
  },
];
