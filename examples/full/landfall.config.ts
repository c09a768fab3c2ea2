import { defineProject } from 'landfall';

/** Everything that Landfall deploys, in two environments. */
export default defineProject({
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
      secrets: ['STRIPE_KEY'],
      // Called every night with a bearer token that the service gets as JOB_TOKEN; a sleeping service is woken for it.
      jobs: {
        'expire-offers': { schedule: 'cron(0 3 * * ? *)', path: '/jobs/expire-offers', timezone: 'Europe/Berlin' },
      },
    },
    web: { type: 'nextjs', path: 'apps/web', subdomain: 'app', runtime: 'app-runner' },
    admin: { type: 'spa', path: 'apps/admin', subdomain: 'spa', outputDir: 'dist' },
    mailer: { type: 'worker', path: 'services/mailer', redis: true, secrets: ['SMTP_URL'] },
  },
  environments: {
    dev: {
      domain: 'dev.example.com',
      defaults: { tier: 'micro', minInstances: 0, maxInstances: 4 },
      postgres: { instanceClass: 'db.t3.micro' },
      redis: { nodeType: 'cache.t3.micro' },
      exec: true,
    },
    prod: {
      domain: 'example.com',
      redirectDomains: ['example.org', 'www.example.org'],
      defaults: { tier: 'medium', minInstances: 1, maxInstances: 10 },
      services: { 'offers-service': { tier: 'large', scaling: { cpuPercent: 60, requestsPerTarget: 800 } } },
      gateway: { tier: 'small', minInstances: 2, rateLimit: { requestsPerMinute: 300 } },
      postgres: { instanceClass: 'db.r6g.large', multiAz: true },
      redis: { nodeType: 'cache.r6g.large' },
      waf: {
        rules: [
          { name: 'office-only-admin', action: 'count', match: { path: { startsWith: '/internal' } } },
          {
            name: 'slow-sign-in',
            action: 'block',
            match: { path: { startsWith: '/auth/token' }, rate: { requests: 100 } },
          },
        ],
      },
      alarms: { email: 'ops@example.com' },
      budgetUsd: 900,
      // The escape hatch: any argument of any resource, typed, before it is written.
      override: (stack) => {
        stack.update('aws_db_instance.main', { maintenance_window: 'sun:03:00-sun:04:00' });
        stack.update('aws_lb.main', (args) => ({ tags: { ...args.tags, CostCentre: 'shop' } }));
      },
    },
  },
});
