import { z } from 'zod';
import { UpstreamError, type HeaderPair, type HttpResponse } from '../../../local/contract/http.js';
import type { InvokeResult } from '../../../local/contract/function.js';

const answerSchema = z.object({
  statusCode: z.int().min(100).max(599),
  headers: z.record(z.string(), z.string()).optional(),
  multiValueHeaders: z.record(z.string(), z.array(z.string())).optional(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** What a function may answer at most. */
const mostBytes = 1024 * 1024;

/**
 * What a function answered, as a response. The load balancer names itself in `Server` unless the function does.
 * @throws UpstreamError for what the load balancer answers with 502
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html (read 2026-11-28; the status 502 not re-read)
 */
export function lambdaAnswer({ payload, functionError }: InvokeResult, multiValue: boolean): HttpResponse {
  if (functionError !== undefined) throw new UpstreamError('protocol', 'The function failed.');
  if (payload.length > mostBytes) throw new UpstreamError('protocol', 'The function’s answer is larger than 1 MB.');
  const read = answerSchema.safeParse(parse(payload));
  if (!read.success) throw new UpstreamError('protocol', 'The function’s answer is not one for a load balancer.');
  const { statusCode, headers = {}, multiValueHeaders = {}, body, isBase64Encoded } = read.data;
  const fields: HeaderPair[] = multiValue
    ? Object.entries(multiValueHeaders).flatMap(([name, values]) => values.map((value): HeaderPair => [name, value]))
    : Object.entries(headers);
  const bytes = Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8');
  const framing = new Set(['content-length', 'connection', 'transfer-encoding']);
  const kept = fields.filter(([name]) => !framing.has(name.toLowerCase()));
  const isNamed = kept.some(([name]) => name.toLowerCase() === 'server');
  const own: readonly HeaderPair[] = isNamed ? [] : [['Server', 'awselb/2.0']];
  return { status: statusCode, headers: [...own, ...kept, ['Content-Length', String(bytes.length)]], body: bytes };
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    return undefined;
  }
}
