import { fakeLoadBalancer, type FakeLoadBalancer } from '../../src/layers/alb/local/testing/load-balancer.js';
import { refusal } from '../../src/layers/alb/local/own-answers.js';
import { createAuthority, issueLeaf } from '../../src/local/certificates-authority.js';
import { realClock } from '../../src/local/clock.js';
import type { PortRole } from '../../src/local/contract/context.js';
import type { Handler } from '../../src/local/contract/http.js';
import { serve, type RunningServer } from '../../src/local/http/server.js';
import { TraceStore } from '../../src/local/trace.js';

/** A load balancer whose listeners really listen. Its clock stands still until it is advanced. */
export interface AlbPlace {
  readonly lb: FakeLoadBalancer;
  /** The port of 127.0.0.1 where a listener answers; 443 and 8443 speak TLS. */
  open(role: PortRole): Promise<number>;
  /** Closed with the place. */
  closing(close: () => Promise<unknown>): void;
}

/** Gives `use` a load balancer, and closes all that it opened. */
export async function inAlb(use: (place: AlbPlace) => Promise<void>, args: object = {}): Promise<void> {
  const lb = await fakeLoadBalancer(args);
  const closers: (() => Promise<unknown>)[] = [];
  const place: AlbPlace = {
    lb,
    closing: (close) => void closers.push(close),
    async open(role) {
      const server = await listen(lb.plane.listening(role), role === 'alb-443' || role === 'alb-8443');
      closers.push(() => server.close({ graceMs: 0 }));
      return server.port;
    },
  };
  try {
    await use(place);
  } finally {
    await Promise.all(closers.map((close) => close()));
  }
}

async function listen(handler: Handler, secure: boolean): Promise<RunningServer> {
  return serve({
    port: 0,
    handler,
    refusal,
    traces: new TraceStore({ clock: realClock }),
    clock: realClock,
    ...(secure && { tls: await certificate(), http2: true }),
  });
}

let issued: Promise<{ readonly cert: string; readonly key: string }> | undefined;

/** Made once: it takes a while. */
function certificate(): Promise<{ readonly cert: string; readonly key: string }> {
  issued ??= issue();
  return issued;
}

async function issue(): Promise<{ readonly cert: string; readonly key: string }> {
  const now = realClock.now();
  const { authority } = await createAuthority('conformance', ['localhost'], now);
  const { certPem, keyPem } = await issueLeaf(authority, ['localhost'], ['127.0.0.1'], now);
  return { cert: certPem, key: keyPem };
}
