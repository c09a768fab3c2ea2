import { expect } from 'vitest';
import { at, jsonAt, listAt, projectOf, statementsIn, textAt } from '../questions.js';
import { everywhere, type Fact } from './fact.js';

/** Databases, caches, secrets, encryption and permissions. */
export const dataFacts: readonly Fact[] = [
  {
    name: 'the database of dev is one small instance that may go without a trace',
    in: ['dev'],
    check: (plan) => {
      expect(plan.get('aws_db_instance.main').values).toMatchObject({
        instance_class: 'db.t3.micro',
        multi_az: false,
        backup_retention_period: 7,
        deletion_protection: false,
        skip_final_snapshot: true,
      });
    },
  },
  {
    name: 'the database of prod stands in two zones, is protected, and leaves a last snapshot',
    in: ['prod'],
    check: (plan) => {
      expect(plan.get('aws_db_instance.main').values).toMatchObject({
        instance_class: 'db.r6g.large',
        multi_az: true,
        backup_retention_period: 7,
        deletion_protection: true,
        skip_final_snapshot: false,
      });
    },
  },
  {
    name: 'what keeps data is encrypted, and Redis speaks TLS alone',
    check: (plan) => {
      expect(plan.get('aws_db_instance.main').values['storage_encrypted']).toBe(true);
      const cache = plan.get('aws_elasticache_replication_group.main').values;
      expect(String(cache['at_rest_encryption_enabled'])).toBe('true');
      expect(cache['transit_encryption_enabled']).toBe(true);
      expect(cache['transit_encryption_mode'] ?? 'required').toBe('required');
      const parameters = listAt(plan.get('aws_db_parameter_group.main').values, 'parameter');
      expect(parameters).toContainEqual(expect.objectContaining({ name: 'rds.force_ssl', value: '1' }));
      for (const { values } of plan.all('aws_ecr_repository'))
        expect(at(values, 'encryption_configuration.0.encryption_type')).toMatch(/^(AES256|KMS)$/);
    },
  },
  {
    name: 'the master password is RDS’s own, and no secret’s value stands in the state but that of a rotated token',
    check: (plan) => {
      const database = plan.get('aws_db_instance.main');
      expect(database.values['manage_master_user_password']).toBe(true);
      expect(database.written).not.toHaveProperty('password');
      for (const { written, address } of plan.all('aws_secretsmanager_secret_version'))
        expect(written, address).not.toHaveProperty('secret_string');
    },
  },
  {
    name: 'secrets stand under project, environment and scope',
    check: (plan, name) => {
      const names = plan.all('aws_secretsmanager_secret').map(({ values }) => textAt(values, 'name'));
      const prefix = `${projectOf(plan)}/${name}`;
      expect(names).toEqual(
        expect.arrayContaining([
          `${prefix}/auth-service/DATABASE_URL`,
          `${prefix}/offers-service/DATABASE_URL`,
          `${prefix}/kong/DATABASE_URL`,
          `${prefix}/kong/ORIGIN_VERIFY`,
          `${prefix}/kong/ORIGIN_VERIFY_NEXT`,
        ]),
      );
      const scopes = new Set(names.map((secret) => secret.slice(prefix.length + 1).split('/')[0]));
      for (const scope of scopes)
        expect([
          ...plan.all('aws_ecs_service').map((one) => one.name.replaceAll('_', '-')),
          'kong',
          'shared',
          'web',
        ]).toContain(scope);
    },
  },
  {
    name: 'a deleted secret that a user set is kept for a while in prod; every other name is free at once',
    check: (plan, name) => {
      for (const { values, address } of plan.all('aws_secretsmanager_secret')) {
        const declared = /STRIPE_KEY|SMTP_URL/.test(address);
        expect(Number(values['recovery_window_in_days'] ?? 30), address).toBe(name === 'prod' && declared ? 30 : 0);
      }
    },
  },
  {
    name: 'no policy allows an action with a wildcard on every resource',
    in: everywhere,
    check: (plan) => {
      const policies = [...plan.all('aws_iam_role_policy'), ...plan.all('aws_iam_policy')];
      expect(policies).not.toHaveLength(0);
      for (const policy of policies)
        for (const { effect, actions, resources } of statementsIn(jsonAt(policy, 'policy'))) {
          const wide = effect === 'Allow' && actions.some((action) => action.includes('*')) && resources.includes('*');
          expect(wide, `${policy.address}: ${actions.join(', ')}`).toBe(false);
        }
    },
  },
  {
    name: 'no role has a managed policy beyond those that AWS writes for one purpose',
    in: everywhere,
    check: (plan) => {
      for (const { values, address } of plan.all('aws_iam_role_policy_attachment'))
        expect(values['policy_arn'], address).toMatch(
          /^arn:aws:iam::aws:policy\/(service-role\/|AmazonSSMManagedInstanceCore$)/,
        );
    },
  },
  {
    name: 'every service has a task role of its own',
    in: everywhere,
    check: (plan) => {
      const roles = plan.all('aws_ecs_task_definition').map(({ values }) => textAt(values, 'task_role_arn'));
      expect(new Set(roles).size).toBe(roles.length);
      for (const role of roles) expect(role).toMatch(/aws_iam_role\.task_\w+$/);
    },
  },
];
