import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProjectInput } from './schema.js';
import { configProblems, validateProject } from './problems.js';
import { resolveConfig } from './resolve.js';
import { designExample } from './testing/design-example.js';

const small: ProjectInput = {
  project: 'small',
  region: 'eu-central-1',
  services: {
    web: { type: 'nextjs', path: './apps/web/', subdomain: 'www', env: { A: '1', B: '1' } },
    api1: { type: 'nestjs', path: 'api', port: 3001 },
    queue: { type: 'worker', path: 'queue', jobs: { tidy: { schedule: 'rate(1 day)', path: '/tidy' } }, port: 3003 },
  },
  environments: {
    test: {
      domain: 'test.example.com',
      defaults: { minInstances: 0, scaling: { cpuPercent: 50 } },
      services: { web: { env: { B: '2' } } },
    },
    production: { domain: 'example.com', redirectDomains: ['example.com', 'shop.example.org'], redis: {} },
  },
};

const serviceOf = (environment: string, name: string) =>
  resolveConfig(small, environment).services.find((service) => service.name === name);

describe('resolveConfig', () => {
  it('gives the specification’s values where the file is silent', () => {
    const { services, ...rest } = resolveConfig(small, 'production');
    expect(services.map(({ name }) => name)).toEqual(['api1', 'queue', 'web']);
    expect(rest).toMatchInlineSnapshot(`
      {
        "account": undefined,
        "alarms": {
          "email": undefined,
        },
        "budgetUsd": undefined,
        "domain": "example.com",
        "environment": "production",
        "exec": false,
        "gateway": {
          "cors": {
            "credentials": true,
            "maxAgeSeconds": 3600,
            "origins": [
              "https://www.example.com",
            ],
          },
          "database": "off",
          "maxBodySizeMb": 10,
          "maxInstances": 4,
          "minInstances": 1,
          "rateLimit": undefined,
          "tier": "micro",
        },
        "hostedZone": "example.com",
        "nat": "gateway-per-az",
        "override": undefined,
        "postgres": undefined,
        "production": true,
        "project": "small",
        "redirectDomains": [
          "example.com",
          "shop.example.org",
        ],
        "redis": {
          "nodeType": "cache.t3.micro",
          "replicas": 1,
        },
        "region": "eu-central-1",
        "sleep": {
          "afterMinutes": 15,
          "schedule": undefined,
          "timezone": "UTC",
        },
        "waf": {
          "count": [],
          "rateLimit": 1000,
          "rules": [],
        },
        "wake": {
          "holdSeconds": 50,
          "maxHeld": 100,
          "mode": "retry",
          "retryAfterSeconds": 45,
          "scope": "all",
        },
      }
    `);
  });

  it('gives a service its defaults', () => {
    expect(serviceOf('production', 'api1')).toMatchInlineSnapshot(`
      {
        "architecture": "x86_64",
        "build": undefined,
        "calls": [],
        "database": undefined,
        "env": {},
        "healthCheckPath": "/health",
        "jobs": {},
        "maxInstances": 4,
        "migrate": undefined,
        "minInstances": 1,
        "name": "api1",
        "oidc": undefined,
        "path": "api",
        "port": 3001,
        "redis": false,
        "routes": [],
        "scaling": {
          "cpuPercent": 70,
          "requestsPerTarget": 1000,
        },
        "secrets": [],
        "spot": false,
        "start": "node dist/main.js",
        "tier": "micro",
        "type": "nestjs",
      }
    `);
  });

  it('lets a NestJS service sleep, and nothing else, when 0 is inherited', () => {
    expect(
      resolveConfig(small, 'test').services.map((service) => 'minInstances' in service && service.minInstances),
    ).toEqual([0, 1, 1]);
  });

  it('merges scaling and variables key by key', () => {
    expect(serviceOf('test', 'web')).toMatchObject({
      path: 'apps/web',
      env: { A: '1', B: '2' },
      scaling: { cpuPercent: 50, requestsPerTarget: 1000 },
      start: 'node server.js',
      port: 3000,
      runtime: 'app-runner',
    });
  });

  it('prefers the environment’s word on a service to its defaults', () => {
    const offers = resolveConfig(designExample, 'prod').services.find(({ name }) => name === 'offers-service');
    expect(offers).toMatchObject({
      tier: 'large',
      minInstances: 1,
      maxInstances: 10,
      scaling: { cpuPercent: 60, requestsPerTarget: 800 },
    });
  });

  it('has a database and a cache only where something asks for them', () => {
    expect(resolveConfig(small, 'test')).toMatchObject({ postgres: undefined, redis: undefined });
    expect(resolveConfig(small, 'production').redis).toEqual({ nodeType: 'cache.t3.micro', replicas: 1 });
    expect(resolveConfig(designExample, 'dev').postgres).toMatchObject({ multiAz: false, backupRetentionDays: 7 });
  });

  it('moves every name under the own domain with another domain', () => {
    expect(resolveConfig(small, 'production', { domain: 'small.localhost' })).toMatchObject({
      domain: 'small.localhost',
      hostedZone: 'small.localhost',
      redirectDomains: ['small.localhost', 'shop.example.org'],
      gateway: { cors: { origins: ['https://www.small.localhost'] } },
    });
  });

  it('makes WAF conditions uniform', () => {
    const { waf } = resolveConfig(
      {
        ...small,
        environments: {
          test: {
            domain: 'test.example.com',
            waf: {
              rules: [
                {
                  name: 'bots',
                  action: 'block',
                  match: { header: { name: 'user-agent', contains: 'bot' }, rate: { requests: 50, perMinutes: 1 } },
                },
              ],
            },
          },
        },
      },
      'test',
    );
    expect(waf.rules[0]?.match).toMatchObject({
      header: { name: 'user-agent', comparison: 'contains', value: 'bot' },
      rate: { requests: 50, windowSeconds: 60 },
    });
  });

  it.each(['prodution', 'constructor'])('refuses the environment %s', (name) => {
    expect(() => resolveConfig(small, name)).toThrow(`There is no environment "${name}".`);
  });

  it('keeps free text unchanged', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '${aws_lb.main.dns_name}',
        '%{ if true }',
        '$${x}',
        '"\'`\\',
        'line\nline\r\n',
        '🛬',
        '{{x}}',
        '__proto__',
        '',
      ),
    );
    fc.assert(
      fc.property(hostile, hostile, (value, command) => {
        fc.pre(!value.includes('\0') && command !== '');
        const input = {
          ...small,
          services: {
            one: { type: 'nestjs', path: 'one', port: 1, env: { KEY: value }, start: command, build: command },
          },
          environments: { test: { domain: 'test.example.com', services: { one: { env: { OTHER: value } } } } },
        };
        expect(configProblems(input)).toEqual([]);
        const [one] = resolveConfig(validateProject(input), 'test').services;
        expect(one).toMatchObject({ env: { KEY: value, OTHER: value }, start: command, build: command });
      }),
    );
  });
});
