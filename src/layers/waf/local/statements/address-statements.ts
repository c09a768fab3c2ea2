import { BlockList, isIPv6 } from 'node:net';
import { header } from '../../../../local/http/headers.js';
import type { Inspection } from '../request/inspection.js';
import { ipSetSchema, type StatementArgs } from '../schema.js';
import { forwardedAddresses, type ForwardedArgs } from './forwarded-address.js';
import { notLocal, type Compiler, type Statement } from './statement.js';

type Args<K extends keyof StatementArgs> = NonNullable<StatementArgs[K]>;

/** The address is in one of the ranges of a set, which is read anew when some resource has changed. */
export function ipSetReference(args: Args<'ip_set_reference_statement'>, { ctx }: Compiler): Statement {
  let generation = -1;
  let ranges = new BlockList();
  const current = (): BlockList => {
    if (ctx.generation() === generation) return ranges;
    const address = ctx.addressOf('arn', args.arn);
    const set = address === undefined ? undefined : ctx.argumentsOf(address);
    if (set === undefined)
      throw notLocal(
        `${ctx.address} has a rule with the address set ${args.arn}, which is not in the Stack.`,
        'Give arn the arn of an aws_wafv2_ip_set.',
      );
    generation = ctx.generation();
    ranges = blockList(ipSetSchema.parse(set).addresses);
    return ranges;
  };
  const forwarded = args.ip_set_forwarded_ip_config;
  return (inspection) =>
    overAddresses(inspection, forwarded, (address) => current().check(address, isIPv6(address) ? 'ipv6' : 'ipv4'));
}

/** @throws RangeError for what is no range */
export function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [net = '', bits = ''] = range.split('/');
    list.addSubnet(net, Number(bits), isIPv6(net) ? 'ipv6' : 'ipv4');
  }
  return list;
}

/**
 * The country of an address is not known locally: a request says it itself in `X-Landfall-Country`, and without that has none.
 * @see https://docs.aws.amazon.com/waf/latest/APIReference/API_GeoMatchStatement.html (read 2026-11-25)
 */
export const countryHeader = 'x-landfall-country';

export function geoMatch(args: Args<'geo_match_statement'>): Statement {
  const countries = new Set(args.country_codes);
  return (inspection) => {
    const country = header(inspection.request.headers, countryHeader)?.toUpperCase();
    const origin = args.forwarded_ip_config === undefined ? 'clientip' : 'forwardedip';
    if (country !== undefined) inspection.labels.add(`awswaf:${origin}:geo:country:${country}`);
    return overAddresses(inspection, args.forwarded_ip_config, () => country !== undefined && countries.has(country));
  };
}

function overAddresses(
  inspection: Inspection,
  forwarded: ForwardedArgs | undefined,
  holds: (address: string) => boolean,
): string | undefined {
  if (forwarded === undefined) return holds(inspection.address) ? 'address' : undefined;
  const name = `header ${forwarded.header_name.toLowerCase()}`;
  const addresses = forwardedAddresses(inspection, forwarded);
  if (addresses === 'absent') return undefined;
  if (addresses === 'fallback') return forwarded.fallback_behavior === 'MATCH' ? name : undefined;
  return addresses.some(holds) ? name : undefined;
}
