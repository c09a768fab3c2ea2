import assert from 'node:assert/strict';
import { text } from '../../src/local/http/responses.js';
import { startLocalLua } from '../lua/local-lua.js';
import type { SnippetPlace } from '../lua/snippet-place.js';
import type { Plan } from '../harness/nginx.js';
import type { ConformanceCase } from './case.js';
import { gatewayCase } from './gateway-place.js';

const exit =
  'https://github.com/Kong/kong/blob/016e3fdc8b5f6140f1a2377d0e561bdff63b20c7/kong/pdk/response.lua (read 2026-11-28)';
const order = 'https://developer.konghq.com/gateway/entities/plugin/ (not re-read)';
const functions = 'https://developer.konghq.com/plugins/post-function/ (not re-read)';
const sandbox = 'https://developer.konghq.com/gateway/configuration/#untrusted-lua (not re-read)';
const vault = 'https://developer.konghq.com/gateway/entities/vault/ (not re-read)';
const cosockets = 'https://github.com/openresty/lua-nginx-module#ngxsockettcp (not re-read)';
const timers = 'https://github.com/openresty/lua-nginx-module#ngxtimerat (not re-read)';
const sleep = 'https://github.com/openresty/lua-nginx-module#ngxsleep (not re-read)';
const dictionaries = 'https://github.com/openresty/lua-nginx-module#ngxshareddictadd (not re-read)';
const headers = 'https://github.com/openresty/lua-nginx-module#ngxheaderheader (not re-read)';

/** A gateway of one plan, whose service answers 503 as the load balancer does. */
const plan = (name: string, source: string, given: Plan, run: (place: SnippetPlace) => Promise<void>) =>
  gatewayCase(name, source, async () => {
    const place = await startLocalLua({
      plans: { plan: given },
      service: {
        request: () => Promise.resolve(text(503, 'own words', [['Server', 'awselb/2.0']])),
        upgrade: () => Promise.reject(new Error('No upgrade expected.')),
      },
      gateway: { env: { WAKE_TOKEN: 'token' } },
    });
    await run(place).finally(() => place.stop());
  });

const value = (answer: Awaited<ReturnType<SnippetPlace['ask']>>, name: string): string | undefined =>
  answer.headers.find(([key]) => key.toLowerCase() === name)?.[1];

const later = (what: string): string => `ngx.timer.at(0, function() kong.log.notice(${what}) end)`;

const logged = async (place: SnippetPlace, pattern: RegExp): Promise<void> => {
  const end = Date.now() + 5000;
  while (!pattern.test(await place.log())) {
    assert.ok(Date.now() < end, `never in the log: ${String(pattern)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

export const functionCases: readonly ConformanceCase[] = [
  plan(
    'lets post-function see and change the service’s response',
    functions,
    {
      postFunctions: {
        header_filter: [
          'kong.response.set_header("X-Seen", kong.response.get_status() .. " " .. kong.response.get_header("Server")) kong.response.set_status(200) kong.response.clear_header("Content-Length")',
        ],
        body_filter: ['if kong.response.get_raw_body() then kong.response.set_raw_body("new words") end'],
      },
    },
    async (place) => {
      const answer = await place.ask('plan');
      assert.deepEqual([answer.status, value(answer, 'x-seen'), answer.body], [200, '503 awselb/2.0', 'new words']);
    },
  ),
  plan(
    'runs pre-function before post-function in every phase',
    order,
    {
      postFunctions: { header_filter: ['ngx.header["X-Order"] = (ngx.header["X-Order"] or "") .. "post"'] },
      functions: { header_filter: ['ngx.header["X-Order"] = "pre "'] },
    },
    async (place) => assert.equal(value(await place.ask('plan'), 'x-order'), 'pre post'),
  ),
  plan(
    'runs header_filter and log for what a plugin answers itself, and no other access',
    exit,
    {
      functions: {
        access: ['kong.response.exit(401, { message = "no" })'],
        log: ['kong.log.notice("logged ", ngx.status)'],
      },
      postFunctions: {
        access: ['kong.log.notice("went on")'],
        header_filter: ['kong.response.set_header("X-Source", kong.response.get_source())'],
      },
    },
    async (place) => {
      const answer = await place.ask('plan');
      assert.deepEqual([answer.status, answer.body, value(answer, 'x-source')], [401, '{"message":"no"}', 'exit']);
      await logged(place, /^logged 401$/);
    },
  ),
  plan(
    'refuses in header_filter an exit with a body',
    exit,
    { functions: { header_filter: ['kong.response.exit(503, { message = "no" })'] } },
    async (place) => {
      await assert.rejects(place.ask('plan'));
      await logged(place, /function cannot be called in header_filter phase/);
    },
  ),
  plan(
    'has no sockets in header_filter, and ends the connection',
    cosockets,
    { functions: { header_filter: ['ngx.socket.tcp()'] } },
    async (place) => {
      await assert.rejects(place.ask('plan'));
      await logged(place, /API disabled in the context of header_filter_by_lua/);
    },
  ),
  plan(
    'does not sleep in the log phase, whose error reaches nobody',
    sleep,
    { functions: { log: ['ngx.sleep(0.01)'] } },
    async (place) => {
      assert.equal((await place.ask('plan')).status, 503);
      await logged(place, /API disabled in the context of log_by_lua/);
    },
  ),
  plan(
    'runs a timer of header_filter after it, without a request',
    timers,
    { functions: { header_filter: [later('ngx.get_phase()')] } },
    async (place) => {
      assert.equal((await place.ask('plan')).status, 503);
      await logged(place, /^timer$/);
    },
  ),
  plan(
    'lets the sandbox load no module that the image does not list',
    sandbox,
    { functions: { access: ['require "landfall-wake.main"'] } },
    async (place) => {
      assert.equal((await place.ask('plan')).status, 500);
      await logged(place, /require 'landfall-wake\.main' not allowed within sandbox/);
    },
  ),
  plan(
    'gives a secret of the task by its reference',
    vault,
    { functions: { access: ['kong.response.exit(200, kong.vault.get("{vault://env/wake-token}"))'] } },
    async (place) => assert.equal((await place.ask('plan')).body, 'token'),
  ),
  plan(
    'adds to a shared dictionary once',
    dictionaries,
    { functions: { access: ['kong.response.exit(200, tostring(ngx.shared.kong_locks:add("once", true)))'] } },
    async (place) => {
      assert.equal((await place.ask('plan')).body, 'true');
      assert.equal((await place.ask('plan')).body, 'false');
    },
  ),
  plan(
    'takes an underscore in a response header’s name for a dash',
    headers,
    { functions: { header_filter: ['ngx.header["X_With_Dash"] = "yes"'] } },
    async (place) => assert.equal(value(await place.ask('plan'), 'x-with-dash'), 'yes'),
  ),
];
