import assert from 'node:assert/strict';
import { fakeLoadBalancer, fixed, forward } from '../../src/layers/alb/local/testing/load-balancer.js';
import { ask, recording, type FakeRequest } from '../../src/local/testing/fake-request.js';
import { albCase, pages } from './alb-sources.js';

interface Row {
  readonly name: string;
  readonly source?: string;
  readonly conditions: readonly object[];
  readonly holds: readonly FakeRequest[];
  readonly fails: readonly FakeRequest[];
}

const host = (...values: string[]) => ({ host_header: [{ values }] });
const path = (...values: string[]) => ({ path_pattern: [{ values }] });
const field = (name: string, ...values: string[]) => ({ http_header: [{ http_header_name: name, values }] });
const method = (...values: string[]) => ({ http_request_method: [{ values }] });
const query = (...pairs: object[]) => ({ query_string: pairs });
const source = (...values: string[]) => ({ source_ip: [{ values }] });
const peer = (address: string): FakeRequest => ({ peer: { address, port: 4000 } });
const agent = (value: string): FakeRequest => ({ headers: [['User-Agent', value]] });

const rows: readonly Row[] = [
  {
    name: 'matches a host whatever its case',
    conditions: [host('Test.Example.com')],
    holds: [{ host: 'test.example.com' }, { host: 'TEST.EXAMPLE.COM' }],
    fails: [{ host: 'test.example.org' }],
  },
  {
    name: 'matches *.example.com with test.example.com but not with example.com',
    conditions: [host('*.example.com')],
    holds: [{ host: 'test.example.com' }, { host: 'a.b.example.com' }],
    fails: [{ host: 'example.com' }],
  },
  {
    name: 'takes a question mark in a host for exactly one character',
    conditions: [host('app?.example.com')],
    holds: [{ host: 'app1.example.com' }],
    fails: [{ host: 'app.example.com' }, { host: 'app12.example.com' }],
  },
  {
    name: 'takes a dot in a host for a dot',
    conditions: [host('a.example.com')],
    holds: [{ host: 'a.example.com' }],
    fails: [{ host: 'axexample.com' }],
  },
  {
    name: 'matches a host without its port',
    source: pages.conditionsUnread,
    conditions: [host('test.example.com')],
    holds: [{ host: 'test.example.com:8443' }],
    fails: [{ host: 'test.example.com.evil.example:8443' }],
  },
  {
    name: 'matches a path in its case',
    conditions: [path('/img/*')],
    holds: [{ target: '/img/picture.jpg' }, { target: '/img/' }],
    fails: [{ target: '/IMG/picture.jpg' }, { target: '/img' }],
  },
  {
    name: 'lets * in a path stand for slashes too',
    conditions: [path('/img/*/pics')],
    holds: [{ target: '/img/a/pics' }, { target: '/img/a/b/pics' }],
    fails: [{ target: '/img/pics' }],
  },
  {
    name: 'applies a path pattern to the path alone, not to the query',
    conditions: [path('/img/*')],
    holds: [{ target: '/img/a?b=c' }],
    fails: [{ target: '/?path=/img/a' }],
  },
  {
    name: 'compares a path as it was sent, without decoding it',
    source: pages.conditionsUnread,
    conditions: [path('/img/*')],
    holds: [{ target: '/img/%2e%2e/x' }],
    fails: [{ target: '/%69mg/a' }],
  },
  {
    name: 'compares a header’s name and value whatever their case',
    conditions: [field('User-Agent', '*chrome*')],
    holds: [agent('Mozilla Chrome/1'), { headers: [['USER-AGENT', 'x CHROME y']] }],
    fails: [agent('Firefox')],
  },
  {
    name: 'is satisfied when one of a header’s strings matches',
    conditions: [field('User-Agent', '*Chrome*', '*Safari*')],
    holds: [agent('Safari/605'), agent('Chrome/1')],
    fails: [agent('curl/8')],
  },
  {
    name: 'needs each of several header conditions',
    conditions: [field('User-Agent', '*Chrome*'), field('X-Env', 'dev')],
    holds: [
      {
        headers: [
          ['User-Agent', 'Chrome'],
          ['X-Env', 'dev'],
        ],
      },
    ],
    fails: [agent('Chrome'), { headers: [['X-Env', 'dev']] }],
  },
  {
    name: 'knows no wildcard in a header’s name',
    conditions: [field('X-*', 'a')],
    holds: [],
    fails: [{ headers: [['X-Env', 'a']] }],
  },
  {
    name: 'compares a method exactly, in its case, custom ones too',
    conditions: [method('CUSTOM-METHOD', 'GET')],
    holds: [{ method: 'CUSTOM-METHOD' }, { method: 'GET' }],
    fails: [{ method: 'custom-method' }, { method: 'CUSTOM' }],
  },
  {
    name: 'matches a key and value of the query whatever their case',
    conditions: [query({ key: 'version', value: 'v1' })],
    holds: [{ target: '/?version=v1' }, { target: '/?a=b&VERSION=V1' }],
    fails: [{ target: '/?version=v2' }, { target: '/?other=v1' }],
  },
  {
    name: 'matches a value of the query under any key, with wildcards',
    conditions: [query({ key: 'version', value: 'v1' }, { value: '*example*' })],
    holds: [{ target: '/?x=an-example-here' }, { target: '/?version=v1' }],
    fails: [{ target: '/?example=x' }],
  },
  {
    name: 'takes an escaped wildcard in a query for the character itself',
    source: pages.queryString,
    conditions: [query({ key: 'q', value: String.raw`a\*b\?` })],
    holds: [{ target: '/?q=a*b%3F' }],
    fails: [{ target: '/?q=aXb%3F' }, { target: '/?q=a*bX' }],
  },
  {
    name: 'matches the source address by CIDR, IPv4 and IPv6',
    source: pages.sourceIp,
    conditions: [source('192.0.2.0/24', '198.51.100.10/32', '2001:db8::/32')],
    holds: [peer('192.0.2.77'), peer('198.51.100.10'), peer('2001:db8::7')],
    fails: [peer('198.51.100.11'), peer('2001:db9::7')],
  },
  {
    name: 'does not look into X-Forwarded-For for the source address',
    source: pages.sourceIp,
    conditions: [source('192.0.2.0/24')],
    holds: [],
    fails: [{ ...peer('203.0.113.1'), headers: [['X-Forwarded-For', '192.0.2.7']] }],
  },
  {
    name: 'needs every condition of a rule',
    source: pages.rules,
    conditions: [host('a.example.com'), path('/x'), method('GET'), source('192.0.2.0/24')],
    holds: [{ host: 'a.example.com', target: '/x', ...peer('192.0.2.1') }],
    fails: [
      { host: 'b.example.com', target: '/x', ...peer('192.0.2.1') },
      { host: 'a.example.com', target: '/y', ...peer('192.0.2.1') },
      { host: 'a.example.com', target: '/x', method: 'PUT', ...peer('192.0.2.1') },
      { host: 'a.example.com', target: '/x', ...peer('192.0.3.1') },
    ],
  },
];

const conditionCases = rows.map(({ name, source = pages.conditions, conditions, holds, fails }) =>
  albCase(name, source, async () => {
    const lb = await fakeLoadBalancer();
    await lb.rule('one', await lb.listener(8080, fixed(404)), 1, conditions, fixed(200));
    const status = async (request: FakeRequest) => (await ask(lb.plane.listening('alb-8080'), request)).status;
    for (const request of holds) assert.equal(await status(request), 200, JSON.stringify(request));
    for (const request of fails) assert.equal(await status(request), 404, JSON.stringify(request));
  }),
);

export const ruleCases = [
  ...conditionCases,
  albCase('asks rules from the lowest priority number to the highest', pages.rules, async () => {
    const lb = await fakeLoadBalancer();
    const arn = await lb.listener(8080, fixed(404));
    await lb.rule('late', arn, 200, [path('/*')], fixed(200, 'late'));
    await lb.rule('early', arn, 7, [path('/*')], fixed(200, 'early'));
    assert.equal((await ask(lb.plane.listening('alb-8080'))).body, 'early');
  }),
  albCase('does the default action when no rule’s conditions are met', pages.rules, async () => {
    const lb = await fakeLoadBalancer();
    await lb.rule('other', await lb.listener(8080, fixed(418, 'default')), 1, [path('/x')], fixed(200));
    assert.equal((await ask(lb.plane.listening('alb-8080'))).body, 'default');
  }),
  albCase('forwards the path as it was sent', pages.conditions, async () => {
    const lb = await fakeLoadBalancer();
    const task = recording();
    const action = forward(await lb.group('img', { task }));
    await lb.rule('img', await lb.listener(8080, fixed(404)), 1, [path('/img/*')], action);
    await ask(lb.plane.listening('alb-8080'), { target: '/img/%2e/picture.jpg?a=%20b' });
    assert.equal(task.got[0]?.target, '/img/%2e/picture.jpg?a=%20b');
  }),
];
