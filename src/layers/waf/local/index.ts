import { createHash } from 'node:crypto';
import { z } from 'zod';
import { inert, type LocalBehaviour, type LocalRule } from '../../../stack/layer.js';

/** What is read of `aws_wafv2_web_acl`. */
const argsSchema = z.object({ name: z.string(), scope: z.enum(['CLOUDFRONT', 'REGIONAL']) });

/** A web ACL: in its place in the path, but no rule is looked at, and the trace says so. */
const webAcl: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'The rules are not evaluated yet: every request passes, and its trace says “not evaluated”.',
  apply(resource, ctx) {
    const { name, scope } = argsSchema.parse(resource.args);
    const id = createHash('sha256').update(`${scope}/${name}`).digest('hex').slice(0, 32);
    ctx.provide('webAcl', { evaluate: () => Promise.resolve({ action: 'allow', evaluated: false }) });
    // CLOUDFRONT ones live in us-east-1.
    // https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html (read 2026-11-23)
    const [region, kind] = scope === 'CLOUDFRONT' ? ['us-east-1', 'global'] : [ctx.region, 'regional'];
    const arn = `arn:aws:wafv2:${region}:${ctx.accountId}:${kind}/webacl/${name}/${id}`;
    return Promise.resolve({ id, name, arn, capacity: 0 });
  },
};

/** How WAF runs locally. */
export const wafLocal = {
  aws_wafv2_ip_set: inert('Rules are not evaluated locally yet.'),
  aws_wafv2_web_acl: webAcl,
  aws_wafv2_web_acl_association: inert('Rules are not evaluated locally yet.'),
  aws_wafv2_web_acl_logging_configuration: inert('What a rule does stands in the trace.'),
} as const satisfies Readonly<Record<string, LocalRule>>;
