import type { HeaderPair } from '../../../local/contract/http.js';
import type { ActionArgs, WebAclArgs } from './schema.js';
import { notLocal } from './statements/statement.js';

/** What a rule does with what it matches. `insert` are headers for the request that goes on. */
export type Action =
  | { readonly kind: 'allow' | 'count'; readonly insert: readonly HeaderPair[] }
  | ({ readonly kind: 'block' } & BlockResponse);

/** No header and no body: the service in front answers in its own words. */
export interface BlockResponse {
  readonly status: number;
  readonly headers: readonly HeaderPair[] | undefined;
  readonly body: string | undefined;
}

/** @see https://docs.aws.amazon.com/waf/latest/developerguide/customizing-the-response-for-blocked-requests.html (read 2026-11-25) */
export const plainBlock: Action = { kind: 'block', status: 403, headers: undefined, body: undefined };

const contentTypes: Readonly<Record<string, string>> = {
  TEXT_PLAIN: 'text/plain',
  TEXT_HTML: 'text/html',
  APPLICATION_JSON: 'application/json',
};

type Bodies = WebAclArgs['custom_response_body'];

/** @throws LandfallError `WAF_NOT_LOCAL` for puzzles, and for a body that is not there */
export function compileAction(args: ActionArgs | undefined, bodies: Bodies, rule: string): Action {
  if (args?.block) return blockWith(args.block.custom_response, bodies, rule);
  if (args?.allow) return { kind: 'allow', insert: inserted(args.allow.custom_request_handling) };
  if (args?.count) return { kind: 'count', insert: inserted(args.count.custom_request_handling) };
  throw notLocal(
    `The rule ${rule} of a web ACL has an action that the local plane cannot take: nobody solves a CAPTCHA or a challenge there.`,
    'Let it block or count in this environment.',
  );
}

type Custom = NonNullable<ActionArgs['block']>['custom_response'];

function blockWith(custom: Custom, bodies: Bodies, rule: string): Action {
  if (custom === undefined) return plainBlock;
  const headers = custom.response_header.map(({ name, value }) => [name, value] as const);
  const key = custom.custom_response_body_key;
  if (key === undefined || key === null || key === '')
    return { kind: 'block', status: custom.response_code, headers, body: undefined };
  const body = bodies.find((one) => one.key === key);
  if (body === undefined)
    throw notLocal(
      `The rule ${rule} answers with the body ${key}, which its web ACL has not.`,
      'Add a custom_response_body.',
    );
  const type: HeaderPair = ['Content-Type', contentTypes[body.content_type] ?? 'text/plain'];
  return { kind: 'block', status: custom.response_code, headers: [...headers, type], body: body.content };
}

type Handling = NonNullable<ActionArgs['allow']>['custom_request_handling'];

/** @see https://docs.aws.amazon.com/waf/latest/developerguide/customizing-the-incoming-request.html (read 2026-11-25) */
function inserted(handling: Handling): readonly HeaderPair[] {
  return (handling?.insert_header ?? []).map(({ name, value }) => [`x-amzn-waf-${name}`, value] as const);
}
