import type { HttpRequest } from '../../../local/contract/http.js';
import { header } from '../../../local/http/headers.js';

/**
 * Whether a request is longer than CloudFront takes: its URL 8,192 bytes, all of it but the body 20,480.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html (read 2026-11-25)
 */
export function isTooLong({ method, target, headers }: HttpRequest): boolean {
  const url = `https://${header(headers, 'host') ?? ''}${target}`;
  const lines = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  return Buffer.byteLength(url) > 8192 || method.length + Buffer.byteLength(target) + 12 + lines > 20_480;
}

/** Whether a distribution answers for the name that a request asks for; `*` stands for one label at the start. */
export function answersFor(request: HttpRequest, names: readonly string[]): boolean {
  const host = (header(request.headers, 'host') ?? '').toLowerCase().replace(/:\d+$/, '');
  const parent = host.slice(host.indexOf('.'));
  return names.some((name) => name.toLowerCase() === host || name.toLowerCase() === `*${parent}`);
}
