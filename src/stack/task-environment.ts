import type { Config } from '../config/config.js';
import { template, type Expr, type Value } from './expr.js';
import { inCluster, isNext, type Refs, type TaskService } from './refs.js';
import { attr } from './stack.js';

/** One entry of a container's `environment`. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value: Value<string>;
}

/** One entry of a container's `secrets`: never the value. */
export interface SecretVariable {
  readonly name: string;
  /** Full ARN of the secret; for one key of a JSON secret `<arn>:<key>::`. */
  readonly valueFrom: Expr<string>;
  /** Full ARN of the secret. */
  readonly secret: Expr<string>;
}

/** What every service gets (DESIGN, "What a service gets"), and the user's own, sorted by name. */
export function environmentOf(config: Config, refs: Refs, service: TaskService): readonly EnvironmentVariable[] {
  const peers = service.calls.flatMap((name) => {
    const peer = config.services.filter(inCluster).find((other) => other.name === name);
    return peer === undefined
      ? []
      : [[peerVariable(name), `http://${name}.${refs.namespaceName}:${String(peer.port)}`] as const];
  });
  const all = [
    ['NODE_ENV', 'production'],
    ['PORT', String(service.port)],
    ...(isNext(service) ? [['API_URL', `https://${refs.apiHost}`] as const] : []),
    ...peers,
    ...Object.entries(service.env),
  ] as const;
  return all.map(([name, value]) => ({ name, value })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `auth-service` → `AUTH_SERVICE_URL`. */
export function peerVariable(name: string): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_URL`;
}

/** `DATABASE_URL`, `REDIS_URL`, `JOB_TOKEN` and the declared secrets, sorted by name. A service's own beats a shared one, and Landfall's. */
export function secretsOf(refs: Refs, service: TaskService): readonly SecretVariable[] {
  const { own: named, shared: sharedNames } = secretNamesOf(service);
  const own = [...named, ...(service.database === undefined ? [] : ['DATABASE_URL'])].map((name) =>
    wholeSecret(name, attr(refs.secret(service.name, name), 'arn')),
  );
  const shared = [
    ...sharedNames.map((name) => wholeSecret(name, attr(refs.secret('shared', name), 'arn'))),
    ...(service.redis ? [redisSecret(refs, 'REDIS_URL', 'url')] : []),
    ...(Object.keys(service.jobs).length > 0
      ? [wholeSecret('JOB_TOKEN', attr(refs.secret('shared', 'JOB_TOKEN'), 'arn'))]
      : []),
  ].filter(({ name }) => !own.some((other) => other.name === name));
  return [...own, ...shared].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The names that a service declares, by scope: `shared/NAME` is one value for all that name it so. */
export function secretNamesOf({ secrets }: Pick<TaskService, 'secrets'>): {
  readonly own: readonly string[];
  readonly shared: readonly string[];
} {
  const prefix = 'shared/';
  return {
    own: secrets.filter((name) => !name.startsWith(prefix)),
    shared: secrets.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)),
  };
}

/** A secret that is one value. */
export const wholeSecret = (name: string, secret: Expr<string>): SecretVariable => ({
  name,
  valueFrom: secret,
  secret,
});

/** A key of the Redis secret. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html (not re-read) */
export function redisSecret(refs: Refs, name: string, key: 'url' | 'password'): SecretVariable {
  const secret = attr(refs.redisSecret, 'arn');
  return { name, valueFrom: template`${secret}:${key}::`, secret };
}

/** Lets a role read these secrets, and the key decrypt them for Secrets Manager alone. */
export function readSecrets(refs: Refs, secrets: readonly SecretVariable[]): object[] {
  if (secrets.length === 0) return [];
  return [
    { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: secrets.map(({ secret }) => secret) },
    decryptSecrets(refs),
  ];
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html (not re-read) */
export const decryptSecrets = (refs: Refs): object => ({
  Effect: 'Allow',
  Action: 'kms:Decrypt',
  Resource: attr(refs.key, 'arn'),
  Condition: { StringEquals: { 'kms:ViaService': `secretsmanager.${refs.region}.amazonaws.com` } },
});
