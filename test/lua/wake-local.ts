import { Readable } from 'node:stream';
import { wakeModule, wakingSnippets } from '../../src/layers/gateway/waking.js';
import { createUpstream } from '../../src/local/http/client.js';
import { header } from '../../src/local/http/headers.js';
import { FakeBalancer, startBalancer, wakeToken, type ListeningBalancer } from './balancer.js';
import { startLocalLua } from './local-lua.js';
import type { WakeRunner } from './wake-cases.js';
import { settingsOf, type WakingOptions } from './wake-nginx.js';

/** Local gateways with the waking Lua for some services, and the load balancer behind all of them. */
export interface WakingLocal {
  readonly balancer: FakeBalancer;
  /** @param gateway which of them, from 0 */
  runner(service: string, gateway?: number): WakeRunner;
  stop(): Promise<void>;
}

/** @param gateways how many, each with a Lua of its own */
export async function startWakingLocal(options: WakingOptions, gateways = 1): Promise<WakingLocal> {
  const balancer = new FakeBalancer();
  const listening = await startBalancer(balancer);
  const starting = Array.from({ length: gateways }, () => startGateway(options, balancer, listening));
  const started = await Promise.all(starting);
  return {
    balancer,
    runner: (service, gateway = 0) => {
      const place = started[gateway];
      if (place === undefined) throw new Error(`There is no gateway ${String(gateway)}.`);
      return place.runner(service);
    },
    stop: async () => {
      await Promise.all(started.map(({ stop }) => stop()));
      await listening.close();
    },
  };
}

async function startGateway(options: WakingOptions, balancer: FakeBalancer, listening: ListeningBalancer) {
  const upstream = createUpstream({ origin: `http://127.0.0.1:${String(listening.port)}` });
  const plans = Object.entries(options.services).map(([service, own]) => {
    const postFunctions = wakingSnippets({ ...settingsOf(service, listening, options), ...own });
    return [service, { postFunctions }] as const;
  });
  const place = await startLocalLua({
    plans: Object.fromEntries(plans),
    service: upstream,
    gateway: {
      env: { WAKE_TOKEN: options.token ?? wakeToken },
      caCertificate: listening.authority,
      // As the image of an environment whose services sleep and hold requests.
      settings: {
        KONG_UNTRUSTED_LUA_SANDBOX_REQUIRES: wakeModule,
        KONG_NGINX_HTTP_LUA_SHARED_DICT: 'landfall 1m',
        KONG_NGINX_PROXY_LUA_CHECK_CLIENT_ABORT: 'on',
      },
    },
  });
  const runner = (service: string): WakeRunner => ({
    service,
    balancer,
    log: () => place.log(),
    ask: async ({ method = 'GET', accept, body, signal } = {}) => {
      const answer = await place.request(service, {
        method,
        headers: [
          ...(accept === undefined ? [] : [['Accept', accept] as const]),
          ...(body === undefined ? [] : [['Content-Length', String(body.length)] as const]),
        ],
        ...(body !== undefined && { body: Readable.from([body]) }),
        ...(signal !== undefined && { signal }),
      });
      return { status: answer.status, header: (name) => header(answer.headers, name), body: answer.body };
    },
  });
  const stop = async () => {
    await place.stop();
    await upstream.close();
  };
  return { runner, stop };
}
