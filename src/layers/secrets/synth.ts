import type { Config } from '../../config/config.js';
import { jsonText, template } from '../../stack/expr.js';
import type { SynthPart } from '../../stack/layer.js';
import { canSleep, databasesOf, hasJobs, isTask, type Refs } from '../../stack/refs.js';
import { secretNamesOf } from '../../stack/task-environment.js';
import {
  attr,
  dataSource,
  ephemeralAttr,
  ephemeralResource,
  resource,
  type AnyEphemeral,
  type AnyResource,
} from '../../stack/stack.js';

/** Raise it to make Terraform write a new value; `secrets:rotate` does so out of band. */
const valueVersion = 1;

/**
 * One secret for each value, under `{project}/{env}/{scope}/KEY`. Generated values come from ephemeral resources by write-only
 * arguments, so that no live credential stands in Terraform's state; the two origin-verify values alone cannot stay out of it.
 */
export function synth(config: Config, refs: Refs): SynthPart {
  const databases = databasesOf(config);
  const tokens = tokensOf(config);
  return {
    resources: [
      ...originVerify.flatMap(({ key, description, value }) => [
        secret(config, refs, 'kong', key, description),
        resource(refs.secretVersion('kong', key), {
          secret_id: attr(refs.secret('kong', key), 'id'),
          secret_string_wo: ephemeralAttr(value, 'random_password'),
          secret_string_wo_version: valueVersion,
        }),
      ]),
      ...tokens.flatMap((token) => generated(config, refs, token)),
      ...(config.redis === undefined ? [] : redis(config, refs)),
      ...databases.flatMap(({ service, database }) => databaseUrl(config, refs, service, database)),
      ...sharedNames(config).map((key) => secret(config, refs, 'shared', key, 'Declared as shared', 30)),
      ...config.services
        .filter(isTask)
        .flatMap((service) =>
          secretNamesOf(service).own.map((key) =>
            secret(config, refs, service.name, key, `Declared by ${service.name}`, 30),
          ),
        ),
    ],
    ephemeral: [
      // Letters and digits only: the load balancer matches header values with wildcards.
      ...originVerify.map(({ value }) => random(value, 48)),
      ...databases.map(({ service }) => random(refs.databasePassword(service), 40)),
      ...tokens.map(({ scope, key }) => random(valueOf(refs, scope, key), 48)),
      ...(config.redis === undefined ? [] : [random(redisPassword, 64)]),
    ],
    data: originVerify.map(({ key, read }) =>
      dataSource(
        refs[read],
        { secret_id: attr(refs.secret('kong', key), 'id') },
        { dependsOn: [refs.secretVersion('kong', key)] },
      ),
    ),
  };
}

/** Origins accept two values, so that one can be rotated while CloudFront still sends the other. */
const originVerify = [
  {
    key: 'ORIGIN_VERIFY',
    read: 'originVerify',
    description: 'Sent by CloudFront as X-Origin-Verify',
    value: 'ephemeral.aws_secretsmanager_random_password.origin_verify',
  },
  {
    key: 'ORIGIN_VERIFY_NEXT',
    read: 'originVerifyNext',
    description: 'Sent as X-Origin-Verify after the next rotation, accepted already',
    value: 'ephemeral.aws_secretsmanager_random_password.origin_verify_next',
  },
] as const;

const sharedNames = ({ services }: Config): readonly string[] =>
  [...new Set(services.filter(isTask).flatMap((service) => secretNamesOf(service).shared))].sort();

const redisPassword = 'ephemeral.aws_secretsmanager_random_password.redis';

interface Token {
  readonly scope: 'kong' | 'shared';
  readonly key: string;
  readonly description: string;
}

/** Values that Landfall's own parts tell each other by. */
function tokensOf(config: Config): readonly Token[] {
  return [
    ...(config.services.some(canSleep)
      ? [{ scope: 'kong', key: 'WAKE_TOKEN', description: 'Sent by the gateway to the wake-up function' } as const]
      : []),
    ...(config.services.some(hasJobs)
      ? [{ scope: 'shared', key: 'JOB_TOKEN', description: 'Sent with scheduled calls as bearer token' } as const]
      : []),
  ];
}

const valueOf = (refs: Refs, scope: string, key: string) =>
  `ephemeral.aws_secretsmanager_random_password.${refs.id(scope)}__${key}` as const;

function generated(config: Config, refs: Refs, { scope, key, description }: Token): AnyResource[] {
  return [
    secret(config, refs, scope, key, description),
    resource(refs.secretVersion(scope, key), {
      secret_id: attr(refs.secret(scope, key), 'id'),
      secret_string_wo: ephemeralAttr(valueOf(refs, scope, key), 'random_password'),
      secret_string_wo_version: valueVersion,
    }),
  ];
}

/** One secret with the whole URL and the password, so that the two cannot part; services and gateway take each by its JSON key. */
function redis(config: Config, refs: Refs): AnyResource[] {
  const password = ephemeralAttr(redisPassword, 'random_password');
  const host = attr(refs.cache, 'primary_endpoint_address');
  const port = attr(refs.cache, 'port');
  return [
    secret(config, refs, 'shared', 'REDIS', 'Redis: url and password'),
    resource(refs.secretVersion('shared', 'REDIS'), {
      secret_id: attr(refs.redisSecret, 'id'),
      secret_string_wo: jsonText({ url: template`rediss://:${password}@${host}:${port}`, password }),
      secret_string_wo_version: valueVersion,
    }),
  ];
}

function random(
  address: `ephemeral.aws_secretsmanager_random_password.${string}`,
  password_length: number,
): AnyEphemeral {
  return ephemeralResource(address, { password_length, exclude_punctuation: true });
}

function secret(
  config: Config,
  refs: Refs,
  scope: string,
  key: string,
  description: string,
  keptDays = 0,
): AnyResource {
  return resource(refs.secret(scope, key), {
    name: refs.secretName(scope, key),
    description,
    // A deleted secret keeps its name for the window. What Landfall makes it can make again: its name is free at once.
    // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html (read 2026-11-23)
    recovery_window_in_days: config.production ? keptDays : 0,
    kms_key_id: attr(refs.key, 'arn'),
    tags: { Name: refs.secretName(scope, key) },
  });
}

/** The whole `DATABASE_URL` of one service; its role is named like the service. TLS with verification is on, as RDS demands. */
function databaseUrl(config: Config, refs: Refs, service: string, database: string): AnyResource[] {
  const password = ephemeralAttr(refs.databasePassword(service), 'random_password');
  const host = attr(refs.database, 'address');
  const port = attr(refs.database, 'port');
  return [
    secret(config, refs, service, 'DATABASE_URL', `Database ${database}`),
    resource(refs.secretVersion(service, 'DATABASE_URL'), {
      secret_id: attr(refs.databaseSecret(service), 'id'),
      secret_string_wo: template`postgres://${refs.id(service)}:${password}@${host}:${port}/${database}?sslmode=verify-full`,
      secret_string_wo_version: valueVersion,
    }),
  ];
}
