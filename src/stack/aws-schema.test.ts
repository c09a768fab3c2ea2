import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  awsProviderVersion,
  sensitiveArguments,
  writeOnlyArguments,
  type DataArgs,
  type EphemeralAttributes,
  type ResourceArgs,
  type ResourceAttributes,
} from './aws-schema.gen.js';
import { template, type Expr, type Value } from './expr.js';
import { attr, variable } from './stack.js';

type Argument<T extends keyof ResourceArgs, K extends keyof ResourceArgs[T]> = Exclude<ResourceArgs[T][K], undefined>;

/** Checked when compiled alone. */
const accepts = <T extends keyof ResourceArgs>(_type: T, _args: ResourceArgs[T]): void => undefined;

describe('arguments of a resource', () => {
  test('are literals or expressions of their type', () => {
    expectTypeOf<Argument<'aws_lb', 'name'>>().toEqualTypeOf<Value<string>>();
    expectTypeOf<Argument<'aws_lb', 'internal'>>().toEqualTypeOf<Value<boolean>>();
    expectTypeOf<Argument<'aws_lb', 'idle_timeout'>>().toEqualTypeOf<Value<number>>();
    expectTypeOf<Argument<'aws_lb', 'security_groups'>>().toEqualTypeOf<
      readonly Value<string>[] | Expr<readonly string[]>
    >();
    accepts('aws_lb', { name: template`${variable('project')}-lb`, subnets: [attr('aws_subnet.a', 'id'), 'subnet-1'] });
    accepts('aws_lb', { name: undefined, tags: { Name: variable('name') } });
  });

  test('that the provider does not know do not compile', () => {
    // @ts-expect-error -- the argument is `name`
    accepts('aws_lb', { nmae: 'main' });
    // @ts-expect-error -- the provider computes it
    accepts('aws_lb', { dns_name: 'main.elb.amazonaws.com' });
    // @ts-expect-error -- deprecated
    accepts('aws_s3_bucket', { acl: 'private' });
    expectTypeOf<ResourceArgs['aws_lb']>().not.toHaveProperty('id');
  });

  test('that are required must be there', () => {
    // @ts-expect-error -- bucket and policy are required
    accepts('aws_s3_bucket_policy', { bucket: 'assets' });
    // @ts-expect-error -- a default action is required
    accepts('aws_lb_listener', { load_balancer_arn: attr('aws_lb.main', 'arn') });
  });

  test('of another type do not compile, nor do expressions of another type', () => {
    // @ts-expect-error -- a boolean is needed
    accepts('aws_lb', { internal: 'yes' });
    // @ts-expect-error -- text where a number is needed
    accepts('aws_lb', { idle_timeout: attr('aws_lb.other', 'arn') });
    // @ts-expect-error -- a list is needed
    accepts('aws_lb', { security_groups: 'sg-1' });
  });
});

describe('nested blocks', () => {
  test('of which there is one are a list of one', () => {
    accepts('aws_lb', { access_logs: [{ bucket: 'logs' }] });
    // @ts-expect-error -- one at most
    accepts('aws_lb', { access_logs: [{ bucket: 'logs' }, { bucket: 'more' }] });
    // @ts-expect-error -- a list is needed
    accepts('aws_lb', { access_logs: { bucket: 'logs' } });
    // @ts-expect-error -- the block needs its bucket
    accepts('aws_lb', { access_logs: [{ prefix: 'logs' }] });
  });

  test('nest as deeply as the provider allows', () => {
    type Rule = NonNullable<ResourceArgs['aws_wafv2_web_acl']['rule']>[number];
    type Statement = Rule['statement'][0];
    type Inner = NonNullable<Statement['and_statement']>[0]['statement'][number];
    expectTypeOf<Inner>().toHaveProperty('byte_match_statement');
    expectTypeOf<Inner>().not.toHaveProperty('managed_rule_group_statement');
  });

  test('written as attributes need every key, null for none', () => {
    accepts('aws_default_security_group', { ingress: [], egress: [] });
    // @ts-expect-error -- `terraform validate`: attributes "cidr_blocks", … are required
    accepts('aws_default_security_group', { ingress: [{ from_port: 443, to_port: 443, protocol: 'tcp' }] });
  });
});

describe('attributes', () => {
  test('are plain, with those the provider computes', () => {
    expectTypeOf<ResourceAttributes['aws_lb']['dns_name']>().toEqualTypeOf<string>();
    expectTypeOf<ResourceAttributes['aws_lb']['id']>().toEqualTypeOf<string>();
    expectTypeOf<ResourceAttributes['aws_lb']['subnets']>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<ResourceAttributes['aws_acm_certificate']['domain_validation_options'][number]>().toEqualTypeOf<{
      readonly domain_name: string;
      readonly resource_record_name: string;
      readonly resource_record_type: string;
      readonly resource_record_value: string;
    }>();
    expectTypeOf<EphemeralAttributes['aws_secretsmanager_random_password']>().toHaveProperty('random_password');
  });

  test('leave out write-only arguments, which read as null', () => {
    expectTypeOf<ResourceArgs['aws_db_instance']>().toHaveProperty('password_wo');
    expectTypeOf<ResourceAttributes['aws_db_instance']>().not.toHaveProperty('password_wo');
  });

  test('of a data source are arguments too where one may look it up by them', () => {
    expectTypeOf<DataArgs['aws_cloudfront_cache_policy']>().toHaveProperty('id');
    expectTypeOf<DataArgs['aws_route53_zone']>().not.toHaveProperty('id');
  });
});

test('names the provider version and the arguments that hold secrets', () => {
  expect({ awsProviderVersion, writeOnlyArguments, sensitiveArguments }).toMatchInlineSnapshot(`
    {
      "awsProviderVersion": "5.100.0",
      "sensitiveArguments": {
        "aws_acm_certificate": [
          "private_key",
        ],
        "aws_db_instance": [
          "password",
          "password_wo",
        ],
        "aws_elasticache_replication_group": [
          "auth_token",
        ],
        "aws_lb_listener": [
          "default_action.authenticate_oidc.client_secret",
        ],
        "aws_lb_listener_rule": [
          "action.authenticate_oidc.client_secret",
        ],
        "aws_secretsmanager_secret_version": [
          "secret_binary",
          "secret_string",
          "secret_string_wo",
        ],
      },
      "writeOnlyArguments": {
        "aws_db_instance": [
          "password_wo",
        ],
        "aws_secretsmanager_secret_version": [
          "secret_string_wo",
        ],
      },
    }
  `);
});
