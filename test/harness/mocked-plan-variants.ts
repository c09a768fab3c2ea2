import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/config/load.js';
import { validateProject } from '../../src/config/problems.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { layers } from '../../src/layers/registry.js';
import type { ArtifactFile } from '../../src/stack/layer.js';
import { artifactFiles, synthesise } from '../../src/stack/synth.js';

/** The stacks that are planned: the full example's environments, and what differs from them in one thing. */
export type PlanName = 'dev' | 'prod' | 'bare' | 'fargate' | 'sites' | 'nat-instance' | 'custom-waf' | 'one-more';

const fullFolder = fileURLToPath(new URL('../../examples/full', import.meta.url));

const service = (port: number, more: object) => ({ type: 'nestjs', path: 'services/x', port, ...more });

/** Services and environment of a project without database and Redis. */
const bare = {
  project: 'bare',
  region: 'eu-central-1',
  services: {
    api: service(3000, { routes: [{ path: '/' }] }),
    admin: { type: 'spa', path: 'apps/admin', subdomain: 'spa' },
  },
  environments: { dev: { domain: 'bare.example.com' } },
};

/** Changes of the full example, by path. */
const changes: Readonly<Record<Exclude<PlanName, 'prod' | 'bare'>, Readonly<Record<string, unknown>>>> = {
  dev: {},
  fargate: { 'services.web.runtime': 'fargate', 'environments.dev.services.web': { tier: 'small' } },
  sites: {
    'services.web': undefined,
    'services.docs': { type: 'spa', path: 'apps/docs', subdomain: 'docs' },
  },
  'nat-instance': { 'environments.dev.nat': 'instance' },
  'custom-waf': {
    'environments.dev.waf': {
      rateLimit: 500,
      rules: [
        { name: 'office', action: 'allow', match: { ipSet: ['198.51.100.0/24'] } },
        { name: 'no-admin', action: 'block', match: { path: { startsWith: '/internal' } } },
      ],
    },
  },
  'one-more': {
    'services.billing-service': service(3050, {
      path: 'services/billing-service',
      database: 'billing_db',
      routes: [{ path: '/billing' }],
    }),
  },
};

/** The artifact of one of the stacks, as `infra:generate` would write it. */
export async function artifactOf(name: PlanName): Promise<readonly ArtifactFile[]> {
  const environment = name === 'prod' ? 'prod' : 'dev';
  const input = name === 'bare' ? bare : await fullExample(name === 'prod' ? {} : changes[name]);
  return artifactFiles(synthesise(resolveConfig(validateProject(input), environment), layers));
}

/** The full example with some places changed; `undefined` removes a key. */
export async function fullExample(changed: Readonly<Record<string, unknown>>): Promise<unknown> {
  let { input } = await loadConfig({ cwd: fullFolder });
  for (const [path, value] of Object.entries(changed)) input = withPlace(input, path.split('.'), value);
  return input;
}

function withPlace(into: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const object = typeof into === 'object' && into !== null ? (into as Readonly<Record<string, unknown>>) : {};
  const { [key]: old, ...others } = object;
  const inner = withPlace(old, rest, value);
  return inner === undefined ? others : { ...others, [key]: inner };
}
