import { LandfallError } from '../../../base/errors.js';
import type { LocalContext } from '../../../local/contract/context.js';
import type { CachePolicy } from './cache/policy.js';
import { compileFunction, type EdgeFunction } from './functions/edge-function.js';
import type { EventType } from './functions/restrictions.js';
import { makeOrigin, type Origin } from './origins.js';
import { pathPattern } from './path-pattern.js';
import { cachePolicyOf, forwardingOf, joined, type Forwarding } from './policies.js';
import { compileResponseHeaders, type ResponseHeadersPolicy } from './response-headers.js';
import { functionSchema, type BehaviourArgs, type DistributionArgs } from './schema.js';

/** A cache behaviour with everything looked up. */
export interface Behaviour {
  /** Its path pattern, or `default`. */
  readonly name: string;
  readonly matches: RegExp;
  readonly viewerProtocolPolicy: BehaviourArgs['viewer_protocol_policy'];
  readonly methods: ReadonlySet<string>;
  /** Methods whose answers are kept. */
  readonly cachedMethods: ReadonlySet<string>;
  readonly cache: CachePolicy;
  readonly compresses: boolean;
  readonly viewerRequest: EdgeFunction | undefined;
  readonly viewerResponse: EdgeFunction | undefined;
  readonly origin: Origin;
  readonly forwarding: Forwarding;
  readonly responseHeaders: ResponseHeadersPolicy | undefined;
}

/** A distribution's behaviours in the order in which they are tried; the last one matches everything. */
export interface BehaviourTable {
  readonly ordered: readonly Behaviour[];
  readonly otherwise: Behaviour;
  /** The web ACL's address, where it is a resource of the Stack. */
  readonly webAcl: string | undefined;
}

/** @throws LandfallError `ORIGIN_UNKNOWN`, `POLICY_UNKNOWN`, `FUNCTION_UNKNOWN` or `FUNCTION_INVALID` */
export function compileBehaviours(args: DistributionArgs, arn: string, ctx: LocalContext): BehaviourTable {
  const origins = new Map(args.origin.map((origin) => [origin.origin_id, makeOrigin(origin, arn, ctx)]));
  const compile = (behaviour: BehaviourArgs): Behaviour => {
    const cache = cachePolicyOf(behaviour.cache_policy_id, ctx);
    return {
      name: behaviour.path_pattern ?? 'default',
      matches: pathPattern(behaviour.path_pattern ?? '*'),
      viewerProtocolPolicy: behaviour.viewer_protocol_policy,
      methods: new Set(behaviour.allowed_methods),
      cachedMethods: new Set(['GET', 'HEAD', ...behaviour.cached_methods]),
      cache,
      compresses: behaviour.compress ?? false,
      viewerRequest: functionOf(behaviour, 'viewer-request', ctx),
      viewerResponse: functionOf(behaviour, 'viewer-response', ctx),
      origin: origins.get(behaviour.target_origin_id) ?? unknownOrigin(behaviour.target_origin_id, ctx),
      forwarding: joined(forwardingOf(behaviour.origin_request_policy_id), cache),
      responseHeaders: responseHeadersOf(behaviour.response_headers_policy_id, ctx),
    };
  };
  return {
    ordered: args.ordered_cache_behavior.map(compile),
    otherwise: compile(args.default_cache_behavior[0]),
    webAcl: args.web_acl_id === undefined ? undefined : ctx.addressOf('arn', args.web_acl_id),
  };
}

/** The first behaviour whose path pattern matches. */
export const findBehaviour = ({ ordered, otherwise }: BehaviourTable, path: string): Behaviour =>
  ordered.find(({ matches }) => matches.test(path)) ?? otherwise;

function responseHeadersOf(id: string | undefined, ctx: LocalContext): ResponseHeadersPolicy | undefined {
  const address = id === undefined ? undefined : ctx.addressOf('id', id);
  const args = address === undefined ? undefined : ctx.argumentsOf(address);
  return args === undefined ? undefined : compileResponseHeaders(args);
}

function functionOf(
  { function_association: associations }: BehaviourArgs,
  event: EventType,
  ctx: LocalContext,
): EdgeFunction | undefined {
  const arn = associations.find(({ event_type }) => event_type === event)?.function_arn;
  if (arn === undefined) return undefined;
  const address = ctx.addressOf('arn', arn);
  const args = address === undefined ? undefined : ctx.argumentsOf(address);
  if (address !== undefined && args !== undefined) {
    return compileFunction(functionSchema.parse(args).code, address, ctx.clock);
  }
  throw new LandfallError({
    code: 'FUNCTION_UNKNOWN',
    message: `${ctx.address} has a cache behaviour that calls the function ${arn}, which is not in the Stack.`,
    fix: 'Give function_arn the arn of an aws_cloudfront_function.',
    path: ctx.address,
  });
}

function unknownOrigin(id: string, ctx: LocalContext): never {
  throw new LandfallError({
    code: 'ORIGIN_UNKNOWN',
    message: `${ctx.address} has a cache behaviour for the origin ${id}, which it does not have.`,
    fix: 'Give target_origin_id the origin_id of one of its origins.',
    path: ctx.address,
  });
}
