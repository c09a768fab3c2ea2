import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Config } from '../../../../config/config.js';
import type { WebAclVerdict } from '../../../../local/contract/context.js';
import type { HeaderPair } from '../../../../local/contract/http.js';
import { createFakePlane, type FakePlane } from '../../../../local/testing/fake-context.js';
import { fakeRequest, type FakeRequest } from '../../../../local/testing/fake-request.js';
import { expression } from '../../../../stack/terraform-json.js';
import { viewFor } from '../../testing/rules.js';
import { wafLocal } from '../index.js';
import type { EvaluatingWebAcl } from '../web-acl.js';

/** A request as a test writes it. It has the headers of a browser. */
export interface Sent extends Omit<FakeRequest, 'body'> {
  readonly body?: string | Buffer | Readable;
  /** Default: `application/json` for a body. */
  readonly type?: string;
  readonly userAgent?: string | null;
}

export interface TestedWebAcl {
  readonly plane: FakePlane;
  readonly webAcl: EvaluatingWebAcl;
  send(sent?: Sent): Promise<WebAclVerdict>;
  /** The rule that blocks; undefined: none does. */
  blockedBy(sent?: Sent): Promise<string | undefined>;
}

const browser = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

export function requestOf({ body, type, userAgent = browser, ...sent }: Sent = {}): ReturnType<typeof fakeRequest> {
  const headers: HeaderPair[] = [
    ...(userAgent === null ? [] : [['User-Agent', userAgent] as const]),
    ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'],
    ['Accept-Language', 'de-DE,de;q=0.9,en;q=0.8'],
    ['Sec-CH-UA', '"Chromium";v="142", "Not=A?Brand";v="24"'],
    ...(body === undefined ? [] : [['Content-Type', type ?? 'application/json'] as const]),
    ...(sent.headers ?? []),
  ];
  const method = sent.method ?? (body === undefined ? 'GET' : 'POST');
  const stream = body instanceof Readable ? body : Readable.from(body === undefined ? [] : [Buffer.from(body)]);
  return fakeRequest({ ...sent, method, headers, ...(body !== undefined && { body: stream }) });
}

/** A web ACL with these arguments, beside address sets. */
export async function webAclOf(
  args: Readonly<Record<string, unknown>>,
  ipSets: Readonly<Record<string, readonly string[]>> = {},
): Promise<TestedWebAcl> {
  const plane = createFakePlane();
  for (const [name, addresses] of Object.entries(ipSets)) {
    const version = addresses.some((one) => one.includes(':')) ? 'IPV6' : 'IPV4';
    const set = { name, scope: 'CLOUDFRONT', ip_address_version: version, addresses };
    await plane.apply(wafLocal.aws_wafv2_ip_set, `aws_wafv2_ip_set.${name}`, set);
  }
  const address = 'aws_wafv2_web_acl.edge';
  const whole = { name: 'edge', scope: 'CLOUDFRONT', default_action: [{ allow: [{}] }], ...args };
  await plane.apply(wafLocal.aws_wafv2_web_acl, address, whole);
  const webAcl = plane.registry.connect(address, 'webAcl') as EvaluatingWebAcl;
  const send = (sent?: Sent) => webAcl.evaluate(requestOf(sent));
  const blockedBy = async (sent?: Sent) => {
    const verdict = await send(sent);
    return verdict.action === 'block' ? verdict.rule : undefined;
  };
  return { plane, webAcl, send, blockedBy };
}

/** The web ACL that Landfall writes for every distribution, beside the address sets of its rules. */
export async function edgeWebAcl(given: Partial<Config> = {}): Promise<TestedWebAcl> {
  const view = viewFor(given);
  const args = expression(view.get('aws_wafv2_web_acl.edge')?.args) as Record<string, unknown>;
  const sets = view
    .all('aws_wafv2_ip_set')
    .map(({ name, args: set }) => [name, set.addresses as readonly string[]] as const);
  const references = JSON.stringify(args).replace(/\$\{aws_wafv2_ip_set\.(\w+)\.arn\}/g, (_all, name: string) =>
    ipSetArn(name),
  );
  return webAclOf(JSON.parse(references) as Record<string, unknown>, Object.fromEntries(sets));
}

/** The ARN that `webAclOf` gives to an address set. */
export function ipSetArn(name: string): string {
  const id = createHash('sha256').update(`CLOUDFRONT/${name}`).digest('hex').slice(0, 32);
  return `arn:aws:wafv2:us-east-1:000000000000:global/ipset/${name}/${id}`;
}

/** One rule with this statement. It blocks, unless `more` says otherwise. */
export const ruleOf = (statement: object, more: object = {}) => ({
  name: 'mine',
  priority: 0,
  action: [{ block: [{}] }],
  statement: [statement],
  ...more,
});

/** Whether a statement matches a request. */
export async function matches(statement: object, sent?: Sent): Promise<boolean> {
  const { blockedBy } = await webAclOf({ rule: [ruleOf(statement)] });
  return (await blockedBy(sent)) !== undefined;
}

/** Everything that a body gives. */
export async function textOf(body: Readable | null): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body ?? []) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks).toString();
}
