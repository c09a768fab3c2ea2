import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { HttpRequest, HttpResponse } from '../../../local/contract/http.js';
import { json, text } from '../../../local/http/responses.js';
import { realClock } from '../../../local/testing/real-clock.js';
import { ask, fakeRequest, recording, type FakeRequest } from '../../../local/testing/fake-request.js';
import { readDeclarative } from './declarative.js';
import { LocalGateway, type GatewayContext } from './gateway.js';

type Functions = Readonly<Partial<Record<'access' | 'header_filter' | 'body_filter' | 'log', readonly string[]>>>;

interface Options extends Partial<GatewayContext> {
  readonly pre?: Functions;
  readonly post?: Functions;
  readonly respond?: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;
}

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function start({ pre, post, respond, ...ctx }: Options) {
  const lines: string[] = [];
  const service = recording(respond);
  const stopping = new AbortController();
  const plugins = [
    ...(post === undefined ? [] : [{ name: 'post-function', config: post }]),
    ...(pre === undefined ? [] : [{ name: 'pre-function', config: pre }]),
  ];
  const routes = [{ name: 'offers-0', paths: ['/'] }];
  const services = [{ name: 'offers', host: 'alb.shop.local', port: 8443, protocol: 'https', plugins, routes }];
  const document = JSON.stringify({ _format_version: '3.0', services });
  const gateway = await LocalGateway.start(readDeclarative(document, 'kong.yml'), {
    address: 'aws_ecs_service.gateway',
    clock: realClock,
    edgePort: 4400,
    reach: () => service,
    log: (_level, line) => lines.push(line),
    signal: stopping.signal,
    ...ctx,
  });
  closing.push(() => stopping.abort());
  return { gateway, lines, got: service.got, stopping, ask: (request?: FakeRequest) => ask(gateway, request) };
}

const asleep = () => json(503, {}, [['Server', 'awselb/2.0']]);

describe('header_filter', () => {
  test('sees the service’s response, and whose it is', async () => {
    const seen = `kong.response.set_header("X-Seen", table.concat({ kong.response.get_source(), tostring(kong.response.get_status()),
      kong.response.get_header("server"), tostring(kong.service.response.get_status()) }, " "))`;
    const place = await start({ post: { header_filter: [seen] }, respond: asleep });
    expect((await place.ask()).header('x-seen')).toBe('service 503 awselb/2.0 503');
  });

  test.each([
    ['exit', { pre: { access: ['kong.response.exit(418)'] } }],
    ['error', { reach: () => undefined }],
  ])('knows an answer that is no service’s: %s', async (source, options) => {
    const seen = 'kong.response.set_header("X-Source", kong.response.get_source())';
    const place = await start({ ...options, post: { header_filter: [seen] } });
    expect((await place.ask()).header('x-source')).toBe(source);
  });

  test('runs by priority: pre-function before post-function', async () => {
    const add = (word: string) => `ngx.header["X-Order"] = (ngx.header["X-Order"] or "") .. "${word}"`;
    const place = await start({ pre: { header_filter: [add('a'), add('b')] }, post: { header_filter: [add('c')] } });
    expect((await place.ask()).header('x-order')).toBe('abc');
  });

  test('has headers that access set, beside the service’s', async () => {
    const place = await start({
      pre: { access: ['kong.response.set_header("X-Early", "yes") ngx.ctx.word = "kept"'] },
      post: { header_filter: ['ngx.header["X-Late"] = ngx.header["X-Early"] .. " " .. ngx.ctx.word'] },
    });
    const answer = await place.ask();
    expect([answer.header('x-early'), answer.header('x-late')]).toEqual(['yes', 'yes kept']);
  });

  test('its error ends the connection, as nginx does, and is logged', async () => {
    const place = await start({ post: { header_filter: ['error("oops")'] } });
    await expect(place.ask()).rejects.toThrow(/Lua failed/);
    expect(place.lines.join()).toMatch(/header_filter:1:1: oops/);
  });

  test('its error lets go of the service’s response', async () => {
    const body = Readable.from([Buffer.from('never read')]);
    const place = await start({
      post: { header_filter: ['error("oops")'] },
      respond: () => ({ status: 200, headers: [], body }),
    });
    await expect(place.ask()).rejects.toThrow();
    expect(body.destroyed).toBe(true);
  });
});

describe('body_filter', () => {
  const replaced: Functions = {
    header_filter: ['kong.response.clear_header("Content-Length")'],
    body_filter: ['if kong.response.get_raw_body() then kong.response.set_raw_body("new words") end'],
  };

  test.each<[string, () => HttpResponse]>([
    ['in one piece', () => text(503, 'old words')],
    [
      'in pieces',
      () => ({ status: 503, headers: [], body: Readable.from([Buffer.from('old '), Buffer.from('words')]) }),
    ],
    ['absent', () => ({ status: 503, headers: [], body: null })],
  ])('replaces a body that comes %s', async (_name, respond) => {
    const place = await start({ post: replaced, respond });
    const answer = await place.ask();
    expect([answer.status, answer.body, answer.header('content-length')]).toEqual([503, 'new words', undefined]);
  });

  test('passes each chunk through, bytes as they are', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const place = await start({
      post: { body_filter: ['ngx.ctx.sizes = (ngx.ctx.sizes or "") .. #ngx.arg[1] .. (ngx.arg[2] and "!" or ",")'] },
      respond: () => ({ status: 200, headers: [], body: Readable.from([bytes, bytes]) }),
    });
    const response = await place.gateway.request(fakeRequest());
    const chunks: Buffer[] = [];
    for await (const chunk of response.body as Readable) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks)).toEqual(Buffer.concat([bytes, bytes]));
  });

  test('of a HEAD request does not run', async () => {
    const place = await start({ post: replaced, respond: () => ({ status: 200, headers: [], body: null }) });
    expect((await place.ask({ method: 'HEAD' })).body).toBe('');
  });
});

describe('access', () => {
  test('an error answers 500, reaches no service and is logged', async () => {
    const place = await start({ pre: { access: ['local x = nil + 1'] } });
    const answer = await place.ask();
    expect([answer.status, JSON.parse(answer.body)]).toEqual([500, { message: 'An unexpected error occurred' }]);
    expect(place.got).toEqual([]);
    expect(place.lines.join()).toMatch(/attempt to perform arithmetic/);
  });

  test('an exit ends the snippet and what follows it', async () => {
    const place = await start({
      pre: {
        access: [
          'kong.response.exit(403, { message = "no" }, { ["X-Why"] = "because" }) error("went on")',
          'error("too")',
        ],
      },
      post: { access: ['error("and this")'] },
    });
    const answer = await place.ask();
    expect([answer.status, answer.body, answer.header('x-why')]).toEqual([403, '{"message":"no"}', 'because']);
    expect([place.lines, place.got]).toEqual([[], []]);
  });

  test('may sleep and read the body, which the service gets all the same', async () => {
    const place = await start({
      pre: { access: ['ngx.sleep(0.01) kong.service.request.set_header("X-Length", #kong.request.get_raw_body())'] },
      respond: async (request) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request.body ?? []) chunks.push(chunk as Buffer);
        return text(200, String(Buffer.concat(chunks).length));
      },
    });
    const body = Readable.from([Buffer.alloc(3_000_000), Buffer.alloc(2_000_000)]);
    expect((await place.ask({ method: 'POST', body })).body).toBe('5000000');
    expect(place.got[0]?.headers).toContainEqual(['X-Length', '5000000']);
  });

  test('knows the request, its route and its secrets', async () => {
    const facts = `kong.response.exit(200, { kong.request.get_method(), kong.request.get_path(), kong.request.get_raw_query(),
      kong.request.get_query_arg("a"), kong.request.get_host(), kong.router.get_route().name, kong.router.get_service().name,
      kong.client.get_forwarded_ip(), kong.vault.get("{vault://env/wake-token}"), (kong.vault.get("{vault://env/other}")) or "none" })`;
    const place = await start({ pre: { access: [facts] }, env: { WAKE_TOKEN: 'secret' } });
    const { body } = await place.ask({ target: '/offers/%31?a=b%20c&d', host: 'api.shop.localhost:4400' });
    expect(JSON.parse(body)).toEqual([
      'GET',
      '/offers/1',
      'a=b%20c&d',
      'b c',
      'api.shop.localhost',
      'offers-0',
      'offers',
      '198.51.100.7',
      'secret',
      'none',
    ]);
  });

  test.each([
    ['goes on', {}, true],
    ['ends', { KONG_NGINX_PROXY_LUA_CHECK_CLIENT_ABORT: 'on' }, false],
  ])(
    'of a client that left %s, as nginx is set; the service gets nothing, the log runs',
    async (_what, settings, wentOn) => {
      const place = await start({
        settings,
        pre: {
          access: ['ngx.sleep(0.05) kong.log.notice("went on")'],
          log: ['kong.log.notice("logged ", ngx.status)'],
        },
      });
      const leaving = new AbortController();
      const asked = place.ask({ signal: leaving.signal });
      leaving.abort();
      await expect(asked).rejects.toThrow(/gone/);
      await pause(80);
      expect(place.lines).toEqual(wentOn ? ['went on', 'logged 499'] : ['logged 499']);
      expect(place.got).toEqual([]);
    },
  );
});

describe('timers', () => {
  test('run after the request, without one', async () => {
    const place = await start({
      pre: {
        log: [
          'ngx.timer.at(0, function(premature, word) kong.log.notice(word, premature, " ", ngx.get_phase()) end, "fired ")',
        ],
      },
    });
    await place.ask();
    await expect.poll(() => place.lines).toEqual(['fired false timer']);
  });

  test('know no request', async () => {
    const place = await start({ pre: { access: ['ngx.timer.at(0, function() kong.request.get_method() end)'] } });
    await place.ask();
    await expect.poll(() => place.lines.join()).toMatch(/function cannot be called in timer phase/);
  });

  test('that wait are told when the gateway stops; new ones are refused', async () => {
    const again =
      'local _, err = ngx.timer.at(0, function() end) kong.log.notice(premature, " ", ngx.worker.exiting(), " ", err)';
    const place = await start({ pre: { access: [`ngx.timer.at(60, function(premature) ${again} end)`] } });
    await place.ask();
    place.stopping.abort();
    expect(place.lines).toEqual(['true true process exiting']);
    await place.gateway.close();
  });
});

describe('shared dictionaries', () => {
  test('are of all requests of one gateway, and end by themselves', async () => {
    const count = `local dict = ngx.shared.kong_locks
      kong.response.exit(200, { dict:incr("n", 1, 0), dict:add("once", true, 0.03) and "added" or "there", (dict:get("none")) == nil })`;
    const place = await start({ pre: { access: [count] } });
    expect(JSON.parse((await place.ask()).body)).toEqual([1, 'added', true]);
    expect(JSON.parse((await place.ask()).body)).toEqual([2, 'there', true]);
    await pause(40);
    expect(JSON.parse((await place.ask()).body)).toEqual([3, 'added', true]);
  });

  test('are Kong’s, and the image’s own', async () => {
    const known = 'kong.response.exit(200, { ngx.shared.landfall ~= nil, ngx.shared.other == nil })';
    const place = await start({
      pre: { access: [known] },
      settings: { KONG_NGINX_HTTP_LUA_SHARED_DICT: 'landfall 1m' },
    });
    expect(JSON.parse((await place.ask()).body)).toEqual([true, true]);
  });
});

describe('sockets', () => {
  /** Answers each line with itself, ends after `bye`, says nothing to `wait`. */
  const echo = async (): Promise<number> => {
    const server = createServer((socket) => {
      socket
        .on('error', () => undefined)
        .on('data', (data) => {
          const line = data.toString('latin1');
          if (line.startsWith('bye')) socket.end('bye\r\nrest');
          else if (!line.startsWith('wait')) socket.write(data);
        });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => void server.close());
    return (server.address() as AddressInfo).port;
  };

  const talk = async (program: string): Promise<unknown> => {
    const port = await echo();
    const snippet = `local socket = ngx.socket.tcp() socket:settimeouts(1000, 1000, 50)
      local connected, why = socket:connect("echo.shop.local", 7)
      local results = { connected, why }
      ${program}
      kong.response.exit(200, results)`;
    const place = await start({
      pre: { access: [snippet] },
      dial: (name) => (name === 'echo.shop.local' ? { host: '127.0.0.1', port } : undefined),
    });
    return JSON.parse((await place.ask()).body);
  };

  test('send, and receive lines, bytes and the rest', async () => {
    const program = `socket:send({ "one\\r\\n", "two\\0three" })
      results = { socket:receive(), #socket:receive(4), socket:receive(5) }
      socket:send("bye") table.insert(results, (socket:receive("*l"))) table.insert(results, (socket:receive("*a")))
      local _, err = socket:receive(1) table.insert(results, err)`;
    expect(await talk(program)).toEqual(['one', 4, 'three', 'bye', 'rest', 'closed']);
  });

  test('time out, with what came', async () => {
    const program = `socket:send("half") local data, err, part = socket:receive("*l") results = { data == nil, err, part }`;
    expect(await talk(program)).toEqual([true, 'timeout', 'half']);
  });

  test.each([
    ['a name that is not known', 'ngx.socket.tcp():connect("nowhere.shop.local", 80)', /could not be resolved/],
    ['TLS where there is none', 'socket:sslhandshake(nil, "echo.shop.local", true)', /handshake failed/],
    ['a socket that was closed', '(function() socket:close() return socket:send("x") end)()', /closed/],
  ])('say why not: %s', async (_name, call, why) => {
    expect(await talk(`local ok, err = ${call} results = { ok == nil, err }`)).toEqual([
      true,
      expect.stringMatching(why),
    ]);
  });
});

describe('a gateway that stops', () => {
  test('ends the requests that it has', async () => {
    const place = await start({ pre: { access: ['ngx.sleep(0.05)'] } });
    const asked = place.ask();
    place.stopping.abort();
    await place.gateway.close();
    expect((await asked).status).toBe(200);
  });
});
