/**
 * What AWS would compute, for a plan against mocks: each attribute that the artifact reads of a resource or data source gets a
 * value that tells where it comes from, so that a planned value shows what it refers to and two plans can be compared.
 */

/** One attribute that the artifact reads, such as `['aws_lb.main', ['dns_name']]`. */
export type ReadAttribute = readonly [target: string, path: readonly (string | number)[]];

/** The account of every mocked plan. */
export const mockedAccount = '123456789012';

/** The value of a computed attribute in a mocked plan: an ARN ends with the address, anything else is `address.attribute`. */
export function mockedValue(target: string, attribute: string): string | number {
  const type = target
    .split('.')
    .slice(0, target.startsWith('data.') ? 2 : 1)
    .join('.');
  const known = values[`${type}.${attribute}`] ?? values[attribute];
  if (known !== undefined) return known;
  if (type === 'aws_launch_template' && attribute === 'id') return `lt-${target.replaceAll(/[^a-z0-9]/g, '')}`;
  if (attribute === 'repository_url') return `${mockedAccount}.dkr.ecr.eu-central-1.amazonaws.com/${target}`;
  if (attribute.endsWith('arn')) return mockedArn(target);
  return `${target}.${attribute}`;
}

/** The ARN of a resource in a mocked plan. */
export const mockedArn = (address: string): string => `arn:aws:mocked:eu-central-1:${mockedAccount}:${address}`;

/** Values that the provider or Terraform checks, or whose type is not text. By `type.attribute`, or by attribute alone. */
const values: Readonly<Record<string, string | number>> = {
  'data.aws_partition.partition': 'aws',
  'data.aws_partition.dns_suffix': 'amazonaws.com',
  'data.aws_route53_zone.zone_id': 'Z0000000000000',
  'aws_acm_certificate.resource_record_type': 'CNAME',
  'aws_cloudfront_distribution.hosted_zone_id': 'Z2FDTNDATAQYW2',
  account_id: mockedAccount,
  port: 5432,
  revision: 1,
  latest_version: 1,
  default_version: 1,
};

/** Every attribute of a resource or data source that the artifact's text reads, once. */
export function attributesRead(text: string): readonly ReadAttribute[] {
  const found = new Map<string, ReadAttribute>();
  for (const [whole, target = '', path = ''] of text.matchAll(
    /\b((?:data\.)?aws_[a-z0-9_]+\.[A-Za-z0-9_]+)((?:\.[a-z0-9_*]+|\[\d+\])+)/g,
  )) {
    const steps = [...path.matchAll(/\.([a-z0-9_*]+)|\[(\d+)\]/g)].map(([, key, index]) => key ?? Number(index));
    found.set(whole, [target, steps]);
  }
  return [...found.values()];
}

/** The mocked attributes of one resource, given the paths read of it. */
export function mockedAttributes(target: string, paths: readonly (readonly (string | number)[])[]): object {
  let attributes: unknown = {};
  for (const path of paths) attributes = put(attributes, shapeOf(path), leafOf(target, path));
  return attributes as object;
}

/** A splat reads each element of a list; the index after it picks one of what it found. */
function shapeOf(path: readonly (string | number)[]): readonly (string | number)[] {
  const splat = path.indexOf('*');
  return splat < 0 ? path : [...path.slice(0, splat), 0, ...path.slice(splat + 1).filter((step) => step !== 0)];
}

function leafOf(target: string, path: readonly (string | number)[]): string | number {
  const names = path.filter((step) => typeof step === 'string' && step !== '*').map(String);
  const attribute = names.at(-1) ?? 'id';
  if (attribute === 'public_ip') return mockedAddress(target);
  const last = path.at(-1);
  if (typeof last === 'number' && target.startsWith('data.aws_availability_zones.')) return mockedZone(last);
  return mockedValue([target, ...names.slice(0, -1)].join('.'), attribute);
}

/** The zone at an index: the region and a letter. */
export const mockedZone = (index: number): string => `eu-central-1${'abcdef'.charAt(index)}`;

/** A public address for an elastic IP, of a range kept for documentation: `nat_a` and `nat_b` have different ones. */
export const mockedAddress = (target: string): string => `203.0.113.${String(target.charCodeAt(target.length - 1))}`;

function put(into: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list: unknown[] = Array.isArray(into) ? [...(into as readonly unknown[])] : [];
    while (list.length < step) list.push(put(undefined, rest, value));
    list[step] = put(list[step], rest, value);
    return list;
  }
  const object = typeof into === 'object' && into !== null && !Array.isArray(into) ? into : {};
  return { ...object, [step]: put((object as Record<string, unknown>)[step], rest, value) };
}
