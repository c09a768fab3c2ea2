import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { LocalContext } from '../../../local/contract/context.js';
import { inert, type LocalBehaviour, type LocalRule } from '../../../stack/layer.js';
import { webAclLog } from './log.js';
import { ipSetSchema, loggingSchema, webAclSchema } from './schema.js';
import { blockList } from './statements/address-statements.js';
import { compileWebAcl } from './web-acl.js';

/** CLOUDFRONT ones live in us-east-1. @see https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html (read 2026-11-23) */
function identity(kind: 'webacl' | 'ipset', name: string, scope: 'CLOUDFRONT' | 'REGIONAL', ctx: LocalContext) {
  const id = createHash('sha256').update(`${scope}/${name}`).digest('hex').slice(0, 32);
  const [region, where] = scope === 'CLOUDFRONT' ? ['us-east-1', 'global'] : [ctx.region, 'regional'];
  return { id, name, arn: `arn:aws:wafv2:${region}:${ctx.accountId}:${where}/${kind}/${name}/${id}` };
}

const KiB = 1024;

/** What is read of an association. */
const associationSchema = z.object({ resource_arn: z.string(), web_acl_arn: z.string() });

/**
 * Bytes of a body that can be seen: 8 KiB at a load balancer, 16 KiB elsewhere, or as `association_config` says.
 * @see https://docs.aws.amazon.com/waf/latest/APIReference/API_Body.html (read 2026-11-25)
 */
function bodyLimit(args: z.output<typeof webAclSchema>, arn: string, ctx: LocalContext): () => number {
  const configured = args.association_config?.request_body;
  const chosen = args.scope === 'CLOUDFRONT' ? configured?.cloudfront : configured?.app_runner_service;
  const limit = Number(/^KB_(\d+)$/.exec(chosen?.default_size_inspection_limit ?? '')?.[1] ?? 16) * KiB;
  if (args.scope === 'CLOUDFRONT') return () => limit;
  return () => {
    const associations = ctx
      .all('aws_wafv2_web_acl_association')
      .map((address) => associationSchema.parse(ctx.argumentsOf(address)))
      .filter((one) => one.web_acl_arn === arn);
    return associations.some((one) => one.resource_arn.includes(':apprunner:')) ? limit : 8 * KiB;
  };
}

/** A web ACL: its own rules, in their order. */
const webAcl: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'AWS does not publish how its managed rules match: here their names stand for our own detection, lists of addresses match nothing. A country is what `X-Landfall-Country` says. The rate limit takes hold at once, AWS’s some seconds late. Refused: CAPTCHA, challenge, ASN and fingerprint matches, regex pattern sets, rule groups of one’s own, other managed groups.',
  apply(resource, ctx) {
    const args = webAclSchema.parse(resource.args);
    const made = identity('webacl', args.name, args.scope, ctx);
    ctx.provide(
      'webAcl',
      compileWebAcl(args, { ctx, bodyLimit: bodyLimit(args, made.arn, ctx), log: webAclLog(made.arn, ctx) }),
    );
    return Promise.resolve({ ...made, capacity: 0 });
  },
};

/** A set of address ranges. Web ACLs read its arguments. */
const ipSet: LocalBehaviour = {
  fidelity: 'exact',
  apply(resource, ctx) {
    const { name, scope, addresses } = ipSetSchema.parse(resource.args);
    blockList(addresses);
    return Promise.resolve(identity('ipset', name, scope, ctx));
  },
};

/** Where a web ACL logs. Web ACLs read its arguments. */
const loggingConfiguration: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut:
    'A file `waf-<name>.log` in place of the log group, with a JSON line of our own for what a rule blocks or counts, whatever the filter says. No header and no query stands in it.',
  apply({ args }) {
    const { resource_arn: id } = loggingSchema.parse(args);
    return Promise.resolve({ id });
  },
};

/** How WAF runs locally. */
export const wafLocal = {
  aws_wafv2_ip_set: ipSet,
  aws_wafv2_web_acl: webAcl,
  aws_wafv2_web_acl_association: inert('App Runner reads which web ACL stands before a service.'),
  aws_wafv2_web_acl_logging_configuration: loggingConfiguration,
} as const satisfies Readonly<Record<string, LocalRule>>;
