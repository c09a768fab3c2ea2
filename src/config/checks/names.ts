import { entries, type LooseProject } from '../loose.js';
import { mistake, shown, type Mistake, type Place } from '../mistake.js';
import { isName, nameRule, reservedFrontEnd, reservedServices } from '../names.js';

/** Names of the project, services, environments and jobs. */
export function nameMistakes({ root, services, environments }: LooseProject): readonly Mistake[] {
  const project = root['project'];
  const named: readonly (readonly [string, Place])[] = [
    ...(typeof project === 'string' ? [[project, ['project']] as const] : []),
    ...keys(root['services'], ['services']),
    ...keys(root['environments'], ['environments']),
    ...services.flatMap(({ name, fields }) => keys(fields['jobs'], ['services', name, 'jobs'])),
  ];
  const malformed = named.flatMap(([name, at]) =>
    isName(name) ? [] : [mistake('CONFIG_INVALID_NAME', at, `${shown(name)} cannot be a name.`, rename(name))],
  );
  const frontEnds = services.filter(({ fields }) => fields['type'] === 'spa' || fields['type'] === 'nextjs');
  return [
    ...malformed,
    ...reserved(root),
    ...frontEnds.flatMap(({ name }) => (name === reservedFrontEnd ? [taken(name, ['services', name])] : [])),
    ...refusedByAws(root, environments),
    ...environmentsThatMeet(services, environments),
    ...empty(root, environments.length),
  ];
}

function keys(value: unknown, at: Place): readonly (readonly [string, Place])[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.keys(value).map((name) => [name, [...at, name]] as const)
    : [];
}

function rename(name: string): string {
  const better = name
    .normalize('NFKD')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return `${isName(better) ? `Call it "${better}". ` : ''}A name has ${nameRule}.`;
}

function reserved(root: LooseProject['root']): readonly Mistake[] {
  return keys(root['services'], ['services'])
    .filter(([name]) => reservedServices.some((other) => other === name))
    .map(([name, at]) => taken(name, at));
}

function taken(name: string, at: Place): Mistake {
  const reservedNames = [...reservedServices, `${reservedFrontEnd} (front ends)`].join(', ');
  return mistake(
    'CONFIG_RESERVED_NAME',
    at,
    `A service cannot be called "${name}": Landfall uses that name itself.`,
    `Choose another, such as "${name}-service". Reserved: ${reservedNames}.`,
  );
}

/**
 * How AWS lets no physical name start: `{project}-{environment}-` stands first in each.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (not re-read)
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html (not re-read)
 */
const refusedStarts = ['sg-', 'internal-', 'sthree-', 'amzn-s3-demo-', 'xn--', 'aws-'];

function refusedByAws(root: LooseProject['root'], environments: LooseProject['environments']): readonly Mistake[] {
  const project = root['project'];
  if (typeof project !== 'string') return [];
  const found = environments.flatMap(({ name }) =>
    refusedStarts.filter((start) => `${project}-${name}-`.startsWith(start)),
  );
  const [start] = found;
  if (start === undefined) return [];
  const message = `Names would start with "${start}", which AWS keeps for itself.`;
  return [mistake('CONFIG_INVALID_NAME', ['project'], message, `Call it otherwise, such as "my-${project}".`)];
}

/** Environment `a` with service `b-c` and environment `a-b` with service `c` would share their names in one account. */
function environmentsThatMeet(
  services: LooseProject['services'],
  environments: LooseProject['environments'],
): readonly Mistake[] {
  const seen = new Map<string, string>();
  return environments.flatMap((environment) =>
    services.flatMap((service) => {
      const joined = `${environment.name}-${service.name}`;
      const other = seen.get(joined);
      if (other === undefined) {
        seen.set(joined, `service "${service.name}" in environment "${environment.name}"`);
        return [];
      }
      return [
        mistake(
          'CONFIG_INVALID_NAME',
          ['environments', environment.name],
          `With the service "${service.name}" its names are those of ${other}: "${joined}".`,
          'Rename the environment or one of the services.',
        ),
      ];
    }),
  );
}

function empty(root: LooseProject['root'], environments: number): readonly Mistake[] {
  const none = (key: string) =>
    typeof root[key] === 'object' && keys(root[key], []).length === 0 && entries(root[key]).length === 0;
  return [
    ...(none('services')
      ? [mistake('CONFIG_EMPTY', ['services'], '`services` has no service.', 'Add at least one.')]
      : []),
    ...(environments === 0 && none('environments')
      ? [mistake('CONFIG_EMPTY', ['environments'], '`environments` has no environment.', 'Add one, such as `dev`.')]
      : []),
  ];
}
