import { LandfallError } from '../../../base/errors.js';
import type { LocalContext } from '../../../local/contract/context.js';
import type { LocalReader } from '../../../stack/layer.js';
import { managedCachePolicies } from './cache/managed-policies.js';
import {
  cachingDisabled,
  compileCachePolicy,
  eitherNames,
  everyName,
  noName,
  type CachePolicy,
  type Names,
} from './cache/policy.js';

/** What of a viewer's request an origin gets besides what every origin gets. */
export interface Forwarding {
  /** Names in lower case, when not all. */
  readonly headers: 'all' | 'all but Host' | ReadonlySet<string>;
  /** Headers that CloudFront makes of what it knows of the viewer. */
  readonly viewerFacts: boolean;
  readonly cookies: Names;
  readonly query: Names;
}

/** Without an origin request policy. */
const forwardNothing: Forwarding = only();

function only(...names: readonly string[]): Forwarding {
  return { headers: new Set(names), viewerFacts: false, cookies: noName, query: noName };
}

const everything: Forwarding = { headers: 'all', viewerFacts: false, cookies: everyName, query: everyName };
const corsHeaders = ['origin', 'access-control-request-headers', 'access-control-request-method'];

/** AWS's own, by the name that the data source looks for. @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html (read 2026-11-23) */
const originRequestPolicies: Readonly<Record<string, { readonly id: string; readonly forwarding: Forwarding }>> = {
  'Managed-AllViewer': { id: '216adef6-5c7f-47e4-b989-5492eafa07d3', forwarding: everything },
  'Managed-AllViewerAndCloudFrontHeaders-2022-06': {
    id: '33f36d7e-f396-46d9-90e0-52428a34d9dc',
    forwarding: { ...everything, viewerFacts: true },
  },
  'Managed-AllViewerExceptHostHeader': {
    id: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
    forwarding: { ...everything, headers: 'all but Host' },
  },
  'Managed-CORS-CustomOrigin': { id: '59781a5b-3903-41f3-afcb-af62929ccde1', forwarding: only('origin') },
  'Managed-CORS-S3Origin': { id: '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf', forwarding: only(...corsHeaders) },
  'Managed-HostHeaderOnly': { id: 'bf0718e1-ba1e-49d1-88b1-f726733018ae', forwarding: only('host') },
  'Managed-UserAgentRefererHeaders': {
    id: 'acba4595-bd28-49b8-b9fe-13317c0390fa',
    forwarding: only('user-agent', 'referer'),
  },
};

/** What an origin request policy forwards. @throws LandfallError `POLICY_UNKNOWN` */
export function forwardingOf(policyId: string | undefined): Forwarding {
  if (policyId === undefined) return forwardNothing;
  const found = Object.values(originRequestPolicies).find(({ id }) => id === policyId);
  return (found ?? unknown(policyId, originRequestPolicies)).forwarding;
}

/** What a behaviour's cache policy and origin request policy forward together. */
export function joined(requestPolicy: Forwarding, cache: CachePolicy): Forwarding {
  const { headers, cookies, query, viewerFacts } = requestPolicy;
  const coding = cache.gzip || cache.brotli ? ['accept-encoding'] : [];
  return {
    viewerFacts,
    headers: typeof headers === 'string' ? headers : new Set([...headers, ...cache.headers, ...coding]),
    cookies: eitherNames(cookies, cache.cookies),
    query: eitherNames(query, cache.query),
  };
}

/** The cache policy of this id: one of AWS's own, or one of the Stack's. Undefined: nothing is kept. @throws LandfallError `POLICY_UNKNOWN` */
export function cachePolicyOf(id: string | undefined, ctx: LocalContext): CachePolicy {
  if (id === undefined) return cachingDisabled;
  const managed = Object.values(managedCachePolicies).find((one) => one.id === id);
  if (managed !== undefined) return managed.policy;
  const address = ctx.addressOf('id', id);
  const args = address === undefined ? undefined : ctx.argumentsOf(address);
  return args === undefined ? unknown(id, managedCachePolicies) : compileCachePolicy(args);
}

/** Reads a managed policy by its name or id. */
const reader =
  (policies: Readonly<Record<string, { readonly id: string }>>): LocalReader =>
  ({ args }) => {
    const found = Object.entries(policies).find(([name, { id }]) => name === args['name'] || id === args['id']);
    const [name, { id }] = found ?? unknown(String(args['name'] ?? args['id']), policies);
    return Promise.resolve({ id, name });
  };

export const readCachePolicy = reader(managedCachePolicies);
export const readOriginRequestPolicy = reader(originRequestPolicies);

function unknown(wanted: string, known: Readonly<Record<string, unknown>>): never {
  throw new LandfallError({
    code: 'POLICY_UNKNOWN',
    message: `The local plane does not know the CloudFront policy ${wanted}.`,
    fix: `It knows AWS's managed ones: ${Object.keys(known).join(', ')}.`,
  });
}
