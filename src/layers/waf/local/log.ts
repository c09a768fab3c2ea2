import { join } from 'node:path';
import type { LocalContext } from '../../../local/contract/context.js';
import { openLogFile } from '../../../base/log-file.js';
import type { SampledRequest } from './samples.js';
import { loggingSchema } from './schema.js';

/** A line of a web ACL's log, as JSON. */
export interface WebAclLogLine extends Omit<SampledRequest, 'time' | 'path' | 'address'> {
  /** Such as `2026-11-28T22:14:00.000Z`. */
  readonly time: string;
  /** Address of the client. */
  readonly client: string;
  /** Without its query, which may hold secrets. */
  readonly uri: string;
}

/**
 * Writes what a web ACL blocks and counts to `waf-<name>.log` in the logs folder, when a logging configuration names it.
 * @param arn of the web ACL
 */
export function webAclLog(arn: string, ctx: LocalContext): (sample: SampledRequest) => void {
  const log = openLogFile(join(ctx.folders.logs, `waf-${ctx.address.split('.')[1] ?? ''}.log`));
  let known: { readonly generation: number; readonly configured: boolean } | undefined;
  return ({ time, path, address, ...rest }) => {
    if (known?.generation !== ctx.generation())
      known = { generation: ctx.generation(), configured: isConfigured(arn, ctx) };
    if (!known.configured) return;
    const line: WebAclLogLine = { time: new Date(time).toISOString(), ...rest, client: address, uri: path };
    log.write(JSON.stringify(line));
  };
}

function isConfigured(arn: string, ctx: LocalContext): boolean {
  return ctx
    .all('aws_wafv2_web_acl_logging_configuration')
    .some((address) => loggingSchema.parse(ctx.argumentsOf(address)).resource_arn === arn);
}
