import assert from 'node:assert/strict';
import type { FakeIssuer } from './issuer.js';
import type { JwtCase, Verdict } from './jwt-cases.js';
import { noon } from './tokens.js';

/** What a gateway answered, and what the service got. */
export interface JwtAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** Undefined when the request did not reach the service. */
  readonly service: { readonly header: (name: string) => string | undefined } | undefined;
}

/** One way to run `landfall-jwt`. */
export interface JwtRunner {
  readonly issuer: FakeIssuer;
  /** Seconds since 1970. */
  setClock(seconds: number): Promise<void>;
  ask(authorization: string | undefined): Promise<JwtAnswer>;
}

/** @throws when a step has another verdict, or the issuer was asked another number of times */
export async function runJwtCase({ steps }: JwtCase, runner: JwtRunner): Promise<void> {
  await runner.setClock(noon);
  for (const [index, step] of steps.entries()) {
    if (step.at !== undefined) await runner.setClock(noon + step.at);
    if (step.issuer !== undefined) runner.issuer.word = step.issuer;
    const asking = Array.from({ length: step.times ?? 1 }, () => runner.ask(step.authorization));
    for (const answer of await Promise.all(asking))
      assert.equal(verdictOf(answer, step.authorization), step.verdict, `step ${String(index + 1)}`);
    if (step.asked !== undefined) assert.equal(runner.issuer.asked, step.asked, `asked, step ${String(index + 1)}`);
  }
}

function verdictOf({ status, header, service }: JwtAnswer, authorization: string | undefined): Verdict {
  if (service !== undefined) {
    assert.equal(service.header('x-user-claims'), authorization?.split('.')[1]);
    return `200 ${service.header('x-user-id') ?? ''}`;
  }
  const retryAfter = header('retry-after');
  if (status === 401) assert.equal(header('www-authenticate'), 'Bearer');
  return `${String(status)}${retryAfter === undefined ? '' : ` ${retryAfter}`}` as Verdict;
}
