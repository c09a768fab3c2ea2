import { expect } from 'vitest';
import { mockedArn } from '../../harness/mocked-plan-values.js';
import { at, containerOf, jsonAt, listAt, refersTo, referring, textAt } from '../questions.js';
import { everywhere, type Fact } from './fact.js';

/** What belongs together is joined: each service to its own parts, each certificate to its name. */
export const wiringFacts: readonly Fact[] = [
  {
    name: 'each service of the cluster runs its own task definition, in the one cluster',
    in: everywhere,
    check: (plan) => {
      expect(plan.all('aws_ecs_service')).not.toHaveLength(0);
      for (const { name, values, address } of plan.all('aws_ecs_service')) {
        expect(values['cluster'], address).toBe('aws_ecs_cluster.main.id');
        expect(values['task_definition'], address).toBe(mockedArn(`aws_ecs_task_definition.${name}`));
        for (const target of listAt(values, 'load_balancer'))
          expect(at(target, 'target_group_arn'), address).toBe(mockedArn(`aws_lb_target_group.${name}`));
        for (const registry of listAt(values, 'service_registries'))
          expect(at(registry, 'registry_arn'), address).toBe(mockedArn(`aws_service_discovery_service.${name}`));
        expect(listAt(values, 'capacity_provider_strategy'), address).toHaveLength(1);
      }
    },
  },
  {
    name: 'each task has its own two roles, its own image and a log group that is kept encrypted',
    in: everywhere,
    check: (plan) => {
      for (const { name, values, address } of plan.all('aws_ecs_task_definition')) {
        expect(values['task_role_arn'], address).toBe(mockedArn(`aws_iam_role.task_${name}`));
        expect(values['execution_role_arn'], address).toBe(mockedArn(`aws_iam_role.execution_${name}`));
        const container = containerOf(plan, name);
        expect(refersTo(at(container, 'image'), `aws_ecr_repository.${name}`), address).toBe(true);
        const log = at(container, 'logConfiguration.options.awslogs-group');
        expect(plan.get(`aws_cloudwatch_log_group.${name}`).values['name'], address).toBe(log);
      }
    },
  },
  {
    name: 'a container listens where its target group, its rules and its PORT say',
    in: everywhere,
    check: (plan) => {
      for (const { name, values, address } of plan.all('aws_ecs_service')) {
        const container = containerOf(plan, name);
        const ports = listAt(container, 'portMappings').map((mapping) => at(mapping, 'containerPort'));
        for (const target of listAt(values, 'load_balancer')) {
          expect(at(target, 'container_name'), address).toBe(at(container, 'name'));
          expect(ports, address).toContain(at(target, 'container_port'));
          expect(plan.get(`aws_lb_target_group.${name}`).values['port'], address).toBe(at(target, 'container_port'));
        }
      }
    },
  },
  {
    name: 'a scaling policy and its target are of the same service',
    in: everywhere,
    check: (plan) => {
      for (const { name } of plan.all('aws_ecs_service')) {
        const service = textAt(plan.get(`aws_ecs_service.${name}`).values, 'name');
        const { values } = plan.get(`aws_appautoscaling_target.${name}`);
        expect(values).toMatchObject({ service_namespace: 'ecs', scalable_dimension: 'ecs:service:DesiredCount' });
        expect(textAt(values, 'resource_id')).toMatch(new RegExp(`^service/[^/]+/${service}$`));
        const own = plan.all('aws_appautoscaling_policy').filter((policy) => policy.name.startsWith(`${name}_`));
        for (const policy of own) expect(policy.values['resource_id']).toBe(values['resource_id']);
      }
    },
  },
  {
    name: 'every certificate is validated by DNS before it is used',
    in: everywhere,
    check: (plan) => {
      for (const certificate of plan.all('aws_acm_certificate')) {
        expect(certificate.values['validation_method'], certificate.address).toBe('DNS');
        const [validation] = referring(plan, 'aws_acm_certificate_validation', certificate.address);
        const names = listAt(validation?.values, 'validation_record_fqdns');
        expect(names, certificate.address).toHaveLength(1);
        for (const record of names)
          expect(plan.get(textAt({ record }, 'record').replace(/\.fqdn$/, '')).values['type']).toBe('CNAME');
      }
      for (const { written, address } of [...plan.all('aws_cloudfront_distribution'), ...plan.all('aws_lb_listener')])
        expect(JSON.stringify(written), address).not.toMatch(/\$\{aws_acm_certificate\./);
    },
  },
  {
    name: 'every alias of a distribution has an A and an AAAA record to it',
    in: everywhere,
    check: (plan) => {
      for (const { values, address } of plan.all('aws_cloudfront_distribution'))
        for (const alias of listAt(values, 'aliases')) {
          const records = referring(plan, 'aws_route53_record', address).filter((one) => one.values['name'] === alias);
          expect(records.map((one) => one.values['type']).toSorted(), address).toEqual(['A', 'AAAA']);
        }
    },
  },
  {
    name: 'a role is for one service of AWS, and for no account',
    in: everywhere,
    check: (plan) => {
      for (const role of plan.all('aws_iam_role'))
        for (const statement of listAt(jsonAt(role, 'assume_role_policy'), 'Statement')) {
          expect(Object.keys(Object(at(statement, 'Principal')) as object), role.address).toEqual(['Service']);
          expect(at(statement, 'Principal.Service'), role.address).toMatch(/^[a-z.-]+\.amazonaws\.com$/);
          expect(at(statement, 'Action'), role.address).toBe('sts:AssumeRole');
        }
    },
  },
  {
    name: 'every policy belongs to a role of the stack',
    in: everywhere,
    check: (plan) => {
      for (const { values, address } of [
        ...plan.all('aws_iam_role_policy'),
        ...plan.all('aws_iam_role_policy_attachment'),
      ]) {
        const roles = plan
          .all('aws_iam_role')
          .filter((role) => refersTo(values['role'], role.address) || values['role'] === role.values['name']);
        expect(roles, address).toHaveLength(1);
      }
    },
  },
  {
    name: 'functions run a bundle of the artifact on Node.js, and log where logs are kept',
    in: everywhere,
    check: (plan) => {
      for (const { values, name, address } of plan.all('aws_lambda_function')) {
        expect(values['runtime'], address).toMatch(/^nodejs\d+\.x$/);
        expect(values['filename'], address).toMatch(/^lambda\/[a-z-]+\.zip$/);
        expect(values['source_code_hash'], address).toMatch(/^[A-Za-z0-9+/]{43}=$/);
        expect(values['role'], address).toBe(mockedArn(`aws_iam_role.${name}`));
        const logs = plan.get(`aws_cloudwatch_log_group.${name}`);
        expect(logs.values['name']).toBe(`/aws/lambda/${textAt(values, 'function_name')}`);
      }
    },
  },
];
