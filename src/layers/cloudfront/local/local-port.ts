import type { LocalContext } from '../../../local/contract/context.js';
import type { HttpResponse } from '../../../local/contract/http.js';
import { distributionSchema } from './schema.js';

/**
 * A redirect that a function made, to where this machine answers: one to a name of the plane's own distributions gets the edge's port,
 * which stands for AWS's 443. Other redirects stay as they are.
 */
export function withLocalPort(response: HttpResponse, ctx: LocalContext): HttpResponse {
  const port = ctx.port('edge-https');
  if (port === 443) return response;
  const hosts = new Set(ctx.all('aws_cloudfront_distribution').flatMap((address) => aliasesOf(address, ctx)));
  const headers = response.headers.map(([name, value]) => {
    const [, host = '', rest = ''] = /^https:\/\/([^/:?#]+)((?:[/?#].*)?)$/.exec(value) ?? [];
    const moves = name.toLowerCase() === 'location' && hosts.has(host.toLowerCase());
    return [name, moves ? `https://${host}:${String(port)}${rest}` : value] as const;
  });
  return { ...response, headers };
}

function aliasesOf(address: string, ctx: LocalContext): readonly string[] {
  return distributionSchema.shape.aliases.safeParse(ctx.argumentsOf(address)?.['aliases']).data ?? [];
}
