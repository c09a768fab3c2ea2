import { z } from 'zod';
import type { LocalContext, WebAcl } from '../../../local/contract/context.js';

const associationSchema = z.object({ resource_arn: z.string(), web_acl_arn: z.string() });

/** A web ACL, and the address that it is traced under. */
export interface Guard {
  readonly address: string;
  readonly webAcl: WebAcl;
}

/** The web ACL that is associated with a resource; it has at most one. */
export function webAclOf(arn: string, ctx: LocalContext): Guard | undefined {
  const association = ctx
    .all('aws_wafv2_web_acl_association')
    .map((address) => associationSchema.parse(ctx.argumentsOf(address)))
    .find(({ resource_arn }) => resource_arn === arn);
  const address = association === undefined ? undefined : ctx.addressOf('arn', association.web_acl_arn);
  return address === undefined ? undefined : { address, webAcl: ctx.connect(address, 'webAcl') };
}
