import type { LocalContext, WebAcl, WebAclVerdict } from '../../../local/contract/context.js';
import type { HeaderPair, HttpRequest } from '../../../local/contract/http.js';
import { header, withHeader } from '../../../local/http/headers.js';
import { compileAction, type Action } from './actions.js';
import { readPrefix, type BodyPrefix } from './request/body-prefix.js';
import { Inspection } from './request/inspection.js';
import { compileRule, type Match, type Rule } from './rules.js';
import { Samples, type SampledRequest } from './samples.js';
import type { WebAclArgs } from './schema.js';

/** A web ACL that evaluates its rules, and remembers what they matched. */
export interface EvaluatingWebAcl extends WebAcl {
  /** The last requests that a rule blocked or counted, the oldest first. */
  sampledRequests(): readonly SampledRequest[];
}

/** What a web ACL needs besides its arguments. */
export interface WebAclParts {
  readonly ctx: LocalContext;
  /** How many bytes of a body can be seen. */
  bodyLimit(): number;
  /** Is told of each request that a rule blocks or counts. */
  log(sample: SampledRequest): void;
}

/** @throws LandfallError `WAF_NOT_LOCAL` */
export function compileWebAcl(args: WebAclArgs, { ctx, bodyLimit, log }: WebAclParts): EvaluatingWebAcl {
  const samples = new Samples();
  const keep = (sample: SampledRequest) => {
    samples.add(sample);
    log(sample);
  };
  let needsBody = false;
  const compiler = {
    ctx,
    labelPrefix: `awswaf:${ctx.accountId}:webacl:${args.name}:`,
    needsBody: () => void (needsBody = true),
  };
  const rules = [...args.rule]
    .sort((one, other) => one.priority - other.priority)
    .map((rule) => compileRule(rule, args.custom_response_body, compiler));
  const otherwise: Action =
    args.default_action === undefined
      ? { kind: 'allow', insert: [] }
      : compileAction(args.default_action, args.custom_response_body, 'default_action');

  const evaluate = (request: HttpRequest, prefix?: BodyPrefix): WebAclVerdict => {
    const inspection = new Inspection(request, prefix);
    const { counted, final } = evaluateRules(rules, inspection);
    for (const match of final === undefined ? counted : [...counted, final]) note(match, inspection, ctx, keep);
    return verdictOf(counted, final ?? { rule: 'default action', action: otherwise }, request, prefix);
  };
  return {
    sampledRequests: () => samples.all(),
    async evaluate(request) {
      if (!needsBody || request.body === null) return evaluate(request);
      return evaluate(request, await readPrefix(request.body, bodyLimit()));
    },
  };
}

interface Evaluation {
  readonly counted: readonly Match[];
  /** The match that ended it. */
  readonly final: Match | undefined;
}

function evaluateRules(rules: readonly Rule[], inspection: Inspection): Evaluation {
  const counted: Match[] = [];
  for (const rule of rules) {
    for (const match of rule(inspection)) {
      if (match.action.kind !== 'count') return { counted, final: match };
      counted.push(match);
    }
  }
  return { counted, final: undefined };
}

type Decision = Pick<Match, 'rule' | 'action'>;

function verdictOf(
  matches: readonly Match[],
  { rule, action }: Decision,
  request: HttpRequest,
  prefix: BodyPrefix | undefined,
): WebAclVerdict {
  const counted = matches.length > 0 ? { counted: matches.map((match) => match.rule) } : {};
  if (action.kind === 'block') {
    const { status, headers, body } = action;
    return {
      ...{ action: 'block', evaluated: true, rule, status, ...counted },
      ...(headers !== undefined && { headers }),
      ...(body !== undefined && { body }),
    };
  }
  const goesOn = passedOn(request, prefix, [...matches.map((match) => match.action), action].flatMap(insertedBy));
  return {
    ...{ action: 'allow', evaluated: true, ...counted },
    ...(rule !== 'default action' && { rule }),
    ...(goesOn !== request && { request: goesOn }),
  };
}

const insertedBy = (action: Action): readonly HeaderPair[] => (action.kind === 'block' ? [] : action.insert);

/** The later of two headers of one name wins. @see https://docs.aws.amazon.com/waf/latest/developerguide/customizing-the-incoming-request.html (read 2026-11-25) */
function passedOn(request: HttpRequest, prefix: BodyPrefix | undefined, inserted: readonly HeaderPair[]): HttpRequest {
  const body = prefix === undefined ? request.body : prefix.body;
  if (inserted.length === 0 && body === request.body) return request;
  const headers = inserted.reduce<HttpRequest['headers']>(
    (all, [name, value]) => withHeader(all, name, value),
    request.headers,
  );
  return { ...request, headers, body };
}

function note(
  { rule, part, action }: Match,
  { request, path, address }: Inspection,
  ctx: LocalContext,
  keep: (sample: SampledRequest) => void,
): void {
  const hop = request.trace.hop({ layer: 'waf', address: ctx.address, name: rule });
  hop.note('matched', part);
  hop.end(action.kind);
  if (action.kind === 'allow') return;
  const host = header(request.headers, 'host') ?? '';
  keep({ time: ctx.clock.now(), action: action.kind, rule, part, method: request.method, host, path, address });
}
