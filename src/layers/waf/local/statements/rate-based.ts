import { header } from '../../../../local/http/headers.js';
import type { Inspection } from '../request/inspection.js';
import type { CustomKeyArgs, RateArgs, TransformationArgs } from '../schema.js';
import { compileTransformations } from '../text/transformations.js';
import { forwardedAddresses, type ForwardedArgs } from './forwarded-address.js';
import { RateWindow } from './rate-window.js';
import { notLocal, type Compiler, type Statement } from './statement.js';

/**
 * More requests of one key than the limit in the window. Requests that are over the limit count too, as on AWS; there the
 * limit takes hold some seconds late, here with the first request over it.
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-caveats.html (read 2026-11-25)
 */
export function rateBased(args: RateArgs, compiler: Compiler, scopeDown: Statement | undefined): Statement {
  const window = new RateWindow(args.evaluation_window_sec, compiler.ctx.clock);
  const keyOf = aggregation(args);
  return (inspection) => {
    if (scopeDown !== undefined && scopeDown(inspection) === undefined) return undefined;
    const key = keyOf(inspection);
    if (key === undefined) return undefined;
    if (key === invalid) return args.forwarded_ip_config?.fallback_behavior === 'MATCH' ? 'rate' : undefined;
    return window.count(key) > args.limit ? `rate: more than ${String(args.limit)} requests` : undefined;
  };
}

/** What is counted together; undefined: the request is not counted. */
type KeyOf = (inspection: Inspection) => string | undefined;

/** A header that should hold an address holds none. */
const invalid = '\0';

function aggregation({ aggregate_key_type: type, forwarded_ip_config: forwarded, custom_key: keys }: RateArgs): KeyOf {
  switch (type) {
    case 'CONSTANT':
      return () => 'all';
    case 'FORWARDED_IP':
      return forwardedKey(forwarded);
    case 'CUSTOM_KEYS':
      return together(keys.map((key) => customKey(key, forwarded)));
    case 'IP':
    case null:
    case undefined:
      return ({ address }) => address;
  }
}

function together(keys: readonly KeyOf[]): KeyOf {
  return (inspection) => {
    const values: string[] = [];
    for (const key of keys) {
      const value = key(inspection);
      if (value === undefined || value === invalid) return value;
      values.push(value);
    }
    return JSON.stringify(values);
  };
}

function forwardedKey(forwarded: ForwardedArgs | undefined): KeyOf {
  if (forwarded === undefined)
    throw notLocal('A rate-based rule counts by FORWARDED_IP without forwarded_ip_config.', 'Add forwarded_ip_config.');
  return (inspection) => {
    const found = forwardedAddresses(inspection, forwarded);
    if (found === 'absent') return undefined;
    return found === 'fallback' ? invalid : found[0];
  };
}

/** Requests without the component are not counted. */
function customKey(key: CustomKeyArgs, forwarded: ForwardedArgs | undefined): KeyOf {
  const { cookie, query_argument: argument, header: line, label_namespace: label } = key;
  if (key.ip) return ({ address }) => address;
  if (key.forwarded_ip) return forwardedKey(forwarded);
  if (key.http_method) return ({ request }) => request.method;
  if (line) return transformed(line, ({ request }) => header(request.headers, line.name));
  if (cookie) return transformed(cookie, ({ cookies }) => cookies.find((one) => one.key === cookie.name)?.value);
  if (argument)
    return transformed(
      argument,
      ({ queryArguments }) => queryArguments.find((one) => one.key === argument.name)?.value,
    );
  if (key.query_string) return transformed(key.query_string, ({ query }) => query);
  if (key.uri_path) return transformed(key.uri_path, ({ path }) => path);
  if (label) return ({ labels }) => [...labels].find((one) => one.startsWith(label.namespace));
  throw notLocal('A rate-based rule has a custom key that the local plane does not know.', 'Count by IP instead.');
}

function transformed(
  { text_transformation: steps }: { readonly text_transformation: TransformationArgs },
  find: KeyOf,
) {
  const transform = compileTransformations(steps);
  return (inspection: Inspection) => {
    const found = find(inspection);
    return found === undefined ? undefined : transform(found);
  };
}
