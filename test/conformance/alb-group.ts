import { fakeLoadBalancer, forward, target } from '../../src/layers/alb/local/testing/load-balancer.js';
import type { Handler, HttpResponse } from '../../src/local/contract/http.js';
import { ask, plain, recording, type FakeRequest } from '../../src/local/testing/fake-request.js';

/** A target that answers with its id. */
export const named = (id: string, headers: HttpResponse['headers'] = []): Handler =>
  recording(() => plain(200, id, headers));

/** A group of tasks behind 8080; each answers with its id. */
export async function behind(ids: readonly string[], args: object = {}, handler: (id: string) => Handler = named) {
  const lb = await fakeLoadBalancer();
  const arn = await lb.group('offers', Object.fromEntries(ids.map((id) => [id, handler(id)])), args);
  await lb.listener(8080, forward(arn));
  const call = (request: FakeRequest = {}) => ask(lb.plane.listening('alb-8080'), request);
  const bodies = async (count: number, request: FakeRequest = {}) => {
    const got: string[] = [];
    for (let index = 0; index < count; index += 1) got.push((await call(request)).body);
    return got;
  };
  return { lb, group: lb.running('offers'), clock: lb.plane.clock, call, bodies };
}

/** A target with a health endpoint whose status can be changed. */
export function probed(id: string, status: number) {
  const state = { status, checks: 0 };
  const health = recording(() => {
    state.checks += 1;
    return plain(state.status, '');
  });
  return { target: target(id, named(id), health), state, health };
}

const check = { path: '/health', interval: 15, timeout: 5, healthy_threshold: 2, unhealthy_threshold: 3 };
/** A health check of 15 s, with two successes and three failures, and what is given besides. */
export const checked = (more: object = {}) => ({ health_check: [{ ...check, ...more }] });
