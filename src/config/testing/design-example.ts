import type { ProjectInput } from '../schema.js';

/** The example of the design page, word for word. */
export const designExample: ProjectInput = {
  project: 'shop',
  region: 'eu-central-1',
  services: {
    'auth-service': {
      type: 'nestjs',
      path: 'services/auth-service',
      port: 3001,
      database: 'auth_db',
      routes: [{ path: '/auth' }],
      oidc: { discovery: '/auth/.well-known/*' },
    },
    'offers-service': {
      type: 'nestjs',
      path: 'services/offers-service',
      port: 3002,
      database: 'offers_db',
      redis: true,
      routes: [{ path: '/offers', auth: 'jwt' }],
      calls: ['auth-service'],
    },
    web: { type: 'nextjs', path: 'apps/web', subdomain: 'app', runtime: 'app-runner' }, // or 'fargate'
    admin: { type: 'spa', path: 'apps/admin', subdomain: 'spa', outputDir: 'dist' },
  },
  environments: {
    dev: {
      domain: 'dev.example.com',
      defaults: { tier: 'micro', minInstances: 0, maxInstances: 4 },
      postgres: { instanceClass: 'db.t3.micro' },
      redis: { nodeType: 'cache.t3.micro' },
    },
    prod: {
      domain: 'example.com',
      defaults: { tier: 'medium', minInstances: 1, maxInstances: 10 },
      services: { 'offers-service': { tier: 'large', scaling: { cpuPercent: 60, requestsPerTarget: 800 } } },
      postgres: { instanceClass: 'db.r6g.large', multiAz: true },
      redis: { nodeType: 'cache.r6g.large' },
    },
  },
};
