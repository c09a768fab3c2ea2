import { defineProject } from 'landfall';

export default defineProject({
  project: 'shop',
  region: 'eu-central-1',
  services: {
    'auth-service': {
      type: 'nestjs',
      path: 'services/auth-service',
      port: 3001,
      database: 'auth_db',
      redis: true,
      migrate: 'node dist/migrate.js',
      routes: [{ path: '/auth' }, { path: '/auth/session', auth: 'jwt' }],
      oidc: { discovery: '/auth/.well-known/*' },
      env: { TOKEN_ISSUER: 'https://auth.shop.example' },
    },
    'offers-service': {
      type: 'nestjs',
      path: 'services/offers-service',
      port: 3002,
      database: 'offers_db',
      redis: true,
      migrate: 'node dist/migrate.js',
      calls: ['auth-service'],
      routes: [
        { path: '/offers', methods: ['GET'] },
        { path: '/offers', methods: ['POST', 'PUT', 'PATCH', 'DELETE'], auth: 'jwt' },
      ],
    },
    // Takes jobs from a queue in Redis.
    'offers-worker': { type: 'worker', path: 'services/offers-worker', redis: true, calls: ['offers-service'] },
    // On App Runner; or 'fargate', behind the load balancer.
    web: { type: 'nextjs', path: 'apps/web', subdomain: 'app', runtime: 'app-runner' },
    admin: { type: 'spa', path: 'apps/admin', subdomain: 'spa', outputDir: 'dist' },
  },
  environments: {
    dev: {
      domain: 'dev.example.com',
      defaults: { tier: 'micro', minInstances: 1, maxInstances: 4 },
      gateway: { rateLimit: { requestsPerMinute: 600 } },
      postgres: { instanceClass: 'db.t3.micro' },
      redis: { nodeType: 'cache.t3.micro' },
    },
    prod: {
      domain: 'example.com',
      defaults: { tier: 'medium', minInstances: 1, maxInstances: 10 },
      services: { 'offers-service': { tier: 'large', scaling: { cpuPercent: 60, requestsPerTarget: 800 } } },
      gateway: { minInstances: 2, rateLimit: { requestsPerMinute: 600 } },
      postgres: { instanceClass: 'db.r6g.large', multiAz: true },
      redis: { nodeType: 'cache.r6g.large' },
    },
  },
});
