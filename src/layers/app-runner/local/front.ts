import { Readable, type Duplex } from 'node:stream';
import type { LocalContext } from '../../../local/contract/context.js';
import type { Handler, HttpRequest, HttpResponse } from '../../../local/contract/http.js';
import type { Hop } from '../../../local/contract/trace.js';
import { allValues, header, withHeader } from '../../../local/http/headers.js';
import { withReadTimeout } from '../../../local/http/read-timeout.js';
import { refuseUpgrade } from '../../../local/http/upgrade.js';
import type { Instance } from './instance.js';
import { blocked, nobodyHealthy, notOurs, noUpgrade, unanswered } from './own-responses.js';
import { webAclOf } from './web-acl.js';

/** @see https://docs.aws.amazon.com/apprunner/latest/dg/develop.html (read 2026-11-25) */
const requestTimeoutMs = 120_000;

/** Where an instance sees App Runner come from. */
const ownPeer = { address: '127.0.0.1', port: 0 };

export interface FrontParts {
  /** The host name of `service_url`. */
  readonly host: string;
  readonly arn: string;
  readonly ctx: LocalContext;
  next(): Instance | undefined;
}

/** A service as the internet reaches it: its own host name alone, the web ACL first, then a healthy instance. */
export class Front implements Handler {
  constructor(private readonly parts: FrontParts) {}

  async request(request: HttpRequest): Promise<HttpResponse> {
    const { ctx } = this.parts;
    const hop = request.trace.hop({ layer: 'app-runner', address: ctx.address, name: 'App Runner' });
    const response = await this.#answer(request, hop);
    hop.end(response.status);
    return response;
  }

  upgrade(request: HttpRequest, socket: Duplex): Promise<void> {
    refuseUpgrade(socket, request, this.#isOurs(request) ? noUpgrade() : notOurs());
    return Promise.resolve();
  }

  #isOurs({ headers }: HttpRequest): boolean {
    return (header(headers, 'host') ?? '').replace(/:\d+$/, '').toLowerCase() === this.parts.host;
  }

  async #answer(request: HttpRequest, hop: Hop): Promise<HttpResponse> {
    if (!this.#isOurs(request)) return notOurs();
    const verdict = await this.#verdict(request);
    if (verdict?.action === 'block') return blocked(verdict);
    const instance = this.parts.next();
    if (instance === undefined) return nobodyHealthy();
    hop.note('instance', instance.task.id);
    return this.#forward(verdict?.request ?? request, instance);
  }

  /** @see https://docs.aws.amazon.com/apprunner/latest/dg/waf.html (read 2026-11-25) */
  async #verdict(request: HttpRequest) {
    const guard = webAclOf(this.parts.arn, this.parts.ctx);
    if (guard === undefined) return undefined;
    const hop = request.trace.hop({ layer: 'waf', address: guard.address, name: 'WAF' });
    const verdict = await guard.webAcl.evaluate(request);
    hop.note('rules', verdict.evaluated ? (verdict.rule ?? 'none matched') : 'not evaluated');
    if (verdict.counted !== undefined && verdict.counted.length > 0) hop.note('counted', verdict.counted.join(', '));
    hop.end(verdict.action);
    return verdict;
  }

  async #forward(request: HttpRequest, instance: Instance): Promise<HttpResponse> {
    const { clock } = this.parts.ctx;
    const release = instance.take();
    const began = clock.monotonic();
    try {
      const response = await withReadTimeout(toInstance(request), requestTimeoutMs, clock, (sent) =>
        instance.task.handler.request(sent),
      );
      if (response.body instanceof Readable) response.body.once('close', release);
      else release();
      const named = withHeader(response.headers, 'server', 'envoy');
      const milliseconds = String(Math.round(clock.monotonic() - began));
      return { ...response, headers: withHeader(named, 'x-envoy-upstream-service-time', milliseconds) };
    } catch (error) {
      release();
      return unanswered(error);
    }
  }
}

/** As an instance gets it: plain HTTP/1.1. */
function toInstance(request: HttpRequest): HttpRequest {
  const chain = [...allValues(request.headers, 'x-forwarded-for'), request.peer.address].join(', ');
  const headers = withHeader(withHeader(request.headers, 'X-Forwarded-For', chain), 'X-Forwarded-Proto', 'https');
  return { ...request, httpVersion: '1.1', headers, peer: ownPeer, tls: undefined };
}
