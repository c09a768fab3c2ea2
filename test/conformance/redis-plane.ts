import { elasticache } from '../../src/layers/elasticache/index.js';
import { openPlace, type Place } from '../../src/layers/elasticache/local/testing/place.js';
import { realClock } from '../../src/local/clock.js';
import type { LocalContext } from '../../src/local/contract/context.js';
import { createFakePlane, type FakePlane } from '../../src/local/testing/fake-context.js';
import type { Attributes, LocalRule } from '../../src/stack/layer.js';

/** Runs a case with a place of its own for a real server, and removes it. */
export async function inPlace(work: (place: Place) => Promise<void>): Promise<void> {
  const place = await openPlace();
  try {
    await work(place);
  } finally {
    await place.remove();
  }
}

/** A plane in memory whose rules can start real servers. */
export interface RedisPlane {
  readonly plane: FakePlane;
  apply(rule: LocalRule, address: string, args: Readonly<Record<string, unknown>>): Promise<Attributes>;
  /** Applies a parameter group with these parameters. */
  parameters(parameters: Readonly<Record<string, string>>): Promise<void>;
  /** Applies the replication group. */
  cache(): Promise<Attributes>;
}

export const cacheAddress = 'aws_elasticache_replication_group.main';

/** Runs a case on such a plane; its cache has the password of the place. */
export async function onPlane(work: (redis: RedisPlane, place: Place) => Promise<void>): Promise<void> {
  await inPlace(async (place) => {
    const plane = createFakePlane({ folder: place.folder });
    const contextOf = (address: string): LocalContext => ({
      ...plane.context(address),
      processes: place.processes,
      clock: realClock,
      certificate: place.tls,
      port: () => place.port,
    });
    const apply: RedisPlane['apply'] = async (rule, address, args) => {
      const [type = '', name = ''] = address.split('.');
      const resource = { address, type, name, args };
      plane.registry.applied.set(address, resource);
      const ctx = contextOf(address);
      const attributes = rule.fidelity === 'inert' ? rule.attributes(resource, ctx) : await rule.apply(resource, ctx);
      plane.registry.remember(address, attributes);
      return attributes;
    };
    const rules = elasticache.local;
    const redis: RedisPlane = {
      plane,
      apply,
      parameters: async (parameters) => {
        await apply(rules.aws_elasticache_parameter_group, 'aws_elasticache_parameter_group.main', {
          name: 'shop-dev-redis7',
          parameter: Object.entries(parameters).map(([name, value]) => ({ name, value })),
        });
      },
      cache: () =>
        apply(rules.aws_elasticache_replication_group, cacheAddress, {
          replication_group_id: 'shop-dev-redis',
          parameter_group_name: 'shop-dev-redis7',
          node_type: 'cache.t3.micro',
          auth_token: place.password,
          port: 6379,
        }),
    };
    try {
      await work(redis, place);
    } finally {
      const rule = rules.aws_elasticache_replication_group;
      const resource = plane.registry.applied.get(cacheAddress);
      if (rule.fidelity !== 'inert' && resource !== undefined) await rule.stop?.(resource, contextOf(cacheAddress));
    }
  });
}
