import type { Config, GatewayConfig } from '../config/config.js';
import { canSleep, type Refs } from './refs.js';
import { attr } from './stack.js';
import { redisSecret, wholeSecret, type EnvironmentVariable, type SecretVariable } from './task-environment.js';

/** What the gateway's container offers and needs: the gateway room builds the image, the ecs and alb rooms run it. */

/** Container ports: the proxy, and the status listener that answers health checks. */
export const gatewayPorts = { proxy: 3080, status: 3081 } as const;

/** Answers 200 when Kong has its configuration. @see https://developer.konghq.com/gateway/traffic-control/health-check-probes/ (read 2026-11-23) */
export const gatewayHealthPath = '/status/ready';

/** Where the image has the scripts that need `kong_db`. */
export const gatewayFolder = '/etc/kong/landfall';

/** The container that prepares `kong_db`; the gateway's waits until it has ended well. */
export const gatewayDatabaseContainer = 'database';

/** The variable that `kong.yml` refers to. */
export const redisPasswordVariable = 'REDIS_PASSWORD';

/** The variable that the gateway's Lua reads when it wakes services. */
export const wakeTokenVariable = 'WAKE_TOKEN';

/** Seconds in which a gateway task that is stopped ends what it has begun: the time that it holds requests, and some for their answers. */
export const gatewayDrainSeconds = ({ services, wake }: Config): number =>
  wake.mode === 'hold' && services.some(canSleep) ? Math.max(30, wake.holdSeconds + 15) : 30;

/** What a container of the gateway's image is started with. */
export interface GatewayContainer {
  /** Instead of the image's own command; its entrypoint stays. */
  readonly command?: readonly string[];
  readonly environment: readonly EnvironmentVariable[];
  readonly secrets: readonly SecretVariable[];
}

export interface GatewayTask {
  readonly gateway: GatewayContainer;
  /** Runs before, not essential, and must end with 0: `dependsOn` with the condition `SUCCESS`. Only where Kong has a database. */
  readonly database?: GatewayContainer;
}

/** The containers of a gateway task. */
export function gatewayTask(config: Config, refs: Refs): GatewayTask {
  const { database } = config.gateway;
  const redis = countsInRedis(config) ? [redisSecret(refs, redisPasswordVariable, 'password')] : [];
  const token = config.services.some(canSleep)
    ? [wholeSecret(wakeTokenVariable, attr(refs.secret('kong', 'WAKE_TOKEN'), 'arn'))]
    : [];
  const container = {
    environment: database === 'off' ? [] : [{ name: 'KONG_DATABASE', value: database }],
    secrets: [...(database === 'off' ? [] : [databaseUrl(refs)]), ...redis, ...token],
  };
  const commands = gatewayCommands[database];
  return commands === undefined
    ? { gateway: container }
    : { gateway: { command: commands.start, ...container }, database: { command: commands.migrate, ...container } };
}

interface Commands {
  readonly start: readonly string[];
  readonly migrate: readonly string[];
}

const connect = ['sh', `${gatewayFolder}/connect.sh`];

/** `connect.sh` becomes the command after it. The official image has its entrypoint there. */
const gatewayCommands: Readonly<Record<GatewayConfig['database'], Commands | undefined>> = {
  off: undefined,
  postgres: {
    start: [...connect, '/docker-entrypoint.sh', 'kong', 'docker-start'],
    migrate: [...connect, 'sh', `${gatewayFolder}/migrate.sh`],
  },
};

/** The rate limit is counted in Redis where there is one. */
const countsInRedis = ({ gateway, redis }: Config): boolean => gateway.rateLimit !== undefined && redis !== undefined;

function databaseUrl(refs: Refs): SecretVariable {
  const secret = attr(refs.databaseSecret('kong'), 'arn');
  return { name: 'DATABASE_URL', valueFrom: secret, secret };
}
