import { createHash } from 'node:crypto';
import type { LocalBehaviour, LocalRule } from '../../../stack/layer.js';

/** A web ACL: in its place in the path, but no rule is looked at, and the trace says so. */
const webAcl: LocalBehaviour = {
  fidelity: 'approximate',
  leftOut: 'The rules are not evaluated yet: every request passes, and its trace says “not evaluated”.',
  apply({ args }, ctx) {
    const name = String(args['name']);
    const id = createHash('sha256').update(name).digest('hex').slice(0, 32);
    ctx.provide('webAcl', { evaluate: () => Promise.resolve({ action: 'allow', evaluated: false }) });
    const scope = args['scope'] === 'CLOUDFRONT' ? 'global' : 'regional';
    return Promise.resolve({
      id,
      name,
      arn: `arn:aws:wafv2:us-east-1:${ctx.accountId}:${scope}/webacl/${name}/${id}`,
      capacity: 0,
    });
  },
};

/** How WAF runs locally. */
export const wafLocal = { aws_wafv2_web_acl: webAcl } as const satisfies Readonly<Record<string, LocalRule>>;
