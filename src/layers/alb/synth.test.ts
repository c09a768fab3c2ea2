import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../config/config.js';
import { refsOf } from '../../stack/refs.js';
import { emptyStack } from '../../stack/testing/stack.js';
import { configOf, nestService, nextService, workerService } from '../../stack/testing/config.js';
import { expression } from '../../stack/terraform-json.js';
import { viewOf } from '../../stack/view.js';
import { prioritiesOf } from './priorities.js';
import { synth } from './synth.js';

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,2}$/);
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 40 });
const alone = (service: string): number => prioritiesOf([service]).get(service) ?? 0;

describe('prioritiesOf', () => {
  test('gives each name a priority of its own that AWS takes, above Landfall’s own', () => {
    fc.assert(
      fc.property(names, (all) => {
        const priorities = [...prioritiesOf(all).values()];
        expect(new Set(priorities).size).toBe(all.length);
        expect(priorities.every((priority) => priority >= 100 && priority <= 50_000)).toBe(true);
      }),
    );
  });

  test('does not move one when others come and go', () => {
    fc.assert(
      fc.property(names, (all) => {
        fc.pre(new Set(all.map(alone)).size === all.length);
        const priorities = prioritiesOf(all);
        for (const service of all) expect(priorities.get(service)).toBe(alone(service));
      }),
    );
  });

  test('does not depend on the order of the names', () => {
    fc.assert(
      fc.property(names, (all) => {
        expect(prioritiesOf(all.toReversed())).toEqual(prioritiesOf(all));
      }),
    );
  });

  test('tells two names apart that draw one number, and moves the later alone', () => {
    const seen = new Map<number, string>();
    let pair: readonly [string, string] | undefined;
    for (let index = 0; pair === undefined; index += 1) {
      const service = `service-${String(index).padStart(5, '0')}`;
      const earlier = seen.get(alone(service));
      if (earlier !== undefined) pair = [earlier, service];
      seen.set(alone(service), service);
    }
    const [earlier, later] = pair;
    const priorities = prioritiesOf([later, earlier]);
    expect(priorities.get(earlier)).toBe(alone(earlier));
    expect(priorities.get(later)).not.toBe(alone(later));
  });
});

const viewFor = (services: Config['services']) => {
  const config = configOf({ services });
  return viewOf({ ...emptyStack, resources: synth(config, refsOf(config)).resources ?? [] });
};

const services = [
  nestService('auth-service', { oidc: { discovery: '/auth/.well-known/*' } }),
  nestService('offers-service', { port: 3002, healthCheckPath: '/ready' }),
  workerService('mailer'),
];

describe('the load balancer', () => {
  const view = viewFor(services);

  test('redirects 80, refuses on 443, and knows nothing on 8443 and 8080, unless a rule matches', () => {
    const defaults = view.all('aws_lb_listener').map(({ args }) => {
      const [action] = args.default_action;
      const response = action?.fixed_response?.[0] ?? action?.redirect?.[0];
      return [args.port, args.protocol, action?.type, response?.status_code];
    });
    expect(defaults).toEqual([
      [80, 'HTTP', 'redirect', 'HTTP_301'],
      [443, 'HTTPS', 'fixed-response', '403'],
      [8443, 'HTTPS', 'fixed-response', '404'],
      [8080, 'HTTP', 'fixed-response', '404'],
    ]);
  });

  test('lets 443 through to the gateway with CloudFront’s secret header alone', () => {
    const rule = view.get('aws_lb_listener_rule.origin_verify');
    expect(expression(rule?.args.condition)).toEqual([
      {
        http_header: [
          {
            http_header_name: 'X-Origin-Verify',
            values: [
              '${data.aws_secretsmanager_secret_version.origin_verify.secret_string}',
              '${data.aws_secretsmanager_secret_version.origin_verify_next.secret_string}',
            ],
          },
        ],
      },
    ]);
    // After the rules of front ends, which ask for the header and a host.
    expect(rule?.args.priority).toBe(50_000);
    expect(expression(rule?.args.action)).toEqual([
      { type: 'forward', target_group_arn: '${aws_lb_target_group.gateway.arn}' },
    ]);
  });

  test('has a rule by host on 8443 for each service that answers HTTP, and one by path on 8080 for discovery', () => {
    const rules = view
      .all('aws_lb_listener_rule')
      .map(({ name: rule, args }) => [rule, expression(args.listener_arn), expression(args.condition)]);
    expect(rules.slice(1)).toEqual([
      [
        'internal_auth_service',
        '${aws_lb_listener.internal_https.arn}',
        [{ host_header: [{ values: ['auth-service.internal'] }] }],
      ],
      [
        'internal_offers_service',
        '${aws_lb_listener.internal_https.arn}',
        [{ host_header: [{ values: ['offers-service.internal'] }] }],
      ],
      [
        'discovery_auth_service',
        '${aws_lb_listener.internal_http.arn}',
        [{ path_pattern: [{ values: ['/auth/.well-known/*'] }] }],
      ],
      ['wake_up', '${aws_lb_listener.internal_https.arn}', [{ host_header: [{ values: ['wake.internal'] }] }]],
    ]);
  });

  test('has target groups that check each service’s own path, the gateway’s on its status port', () => {
    const groups = view.all('aws_lb_target_group').map(({ name: group, args }) => {
      const [health] = args.health_check ?? [];
      return [group, args.port, health?.path, health?.port];
    });
    expect(groups).toEqual([
      ['gateway', 3080, '/status/ready', '3081'],
      ['auth_service', 3001, '/health', 'traffic-port'],
      ['offers_service', 3002, '/ready', 'traffic-port'],
      ['wake_up', undefined, undefined, undefined],
    ]);
  });

  test('leads to a Next.js front end by its host and the header, with its certificate', () => {
    const app = viewFor([...services, nextService('web', { port: 3003, subdomain: 'app' })]);
    expect(expression(app.get('aws_lb_listener_rule.app_web')?.args)).toMatchObject({
      listener_arn: '${aws_lb_listener.https.arn}',
      condition: [
        { host_header: [{ values: ['app.dev.example.com'] }] },
        { http_header: [{ http_header_name: 'X-Origin-Verify' }] },
      ],
    });
    expect(expression(app.get('aws_lb_listener_certificate.web')?.args)).toEqual({
      listener_arn: '${aws_lb_listener.https.arn}',
      certificate_arn: '${aws_acm_certificate_validation.web.certificate_arn}',
    });
    const onAppRunner = viewFor([nextService('web', { runtime: 'app-runner' })]);
    expect(onAppRunner.get('aws_lb_listener_rule.app_web')).toBeUndefined();
  });

  test('has names within 32 characters that differ', () => {
    const long = Array.from({ length: 5 }, (_, index) =>
      nestService(`${'very-long-service-name'.repeat(2)}-${String(index)}`),
    );
    const made = viewFor(long)
      .all('aws_lb_target_group')
      .map(({ args }) => String(args.name));
    expect(made.every((target) => target.length <= 32)).toBe(true);
    expect(new Set(made).size).toBe(made.length);
  });

  test('keeps each rule’s priority when a service is added', () => {
    const prioritiesIn = (given: Config['services']) =>
      new Map(
        viewFor(given)
          .all('aws_lb_listener_rule')
          .map(({ name: rule, args }) => [rule, args.priority]),
      );
    const more = prioritiesIn([...services, nestService('aaa', { port: 3009, oidc: { discovery: '/aaa/*' } })]);
    for (const [rule, priority] of prioritiesIn(services)) expect(more.get(rule)).toBe(priority);
  });
});
