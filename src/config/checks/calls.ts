import { fields, items, texts, type LooseEntry, type LooseProject } from '../loose.js';
import { mistake, type Mistake, type Place } from '../mistake.js';
import { suggestion } from '../nearest.js';

/** `calls` of services, and the services that environments name. Cycles of calls are fine. */
export function callMistakes({ root, services, environments }: LooseProject): readonly Mistake[] {
  const names = Object.keys(fields(root['services']));
  const calls = services.flatMap((service) =>
    texts(service.fields['calls']).flatMap(({ index, value }) =>
      call(service, value, ['services', service.name, 'calls', index], services, names),
    ),
  );
  const overrides = environments.flatMap((environment) =>
    Object.keys(fields(environment.fields['services']))
      .filter((name) => !names.includes(name))
      .map((name) => unknown(name, ['environments', environment.name, 'services', name], names)),
  );
  return [...calls, ...overrides];
}

function call(
  from: LooseEntry,
  name: string,
  at: Place,
  services: readonly LooseEntry[],
  names: readonly string[],
): readonly Mistake[] {
  if (name === from.name)
    return [
      mistake(
        'CONFIG_CALLS_ITSELF',
        at,
        `"${name}" calls itself.`,
        'Remove it: a service needs no address for itself.',
      ),
    ];
  if (!names.includes(name))
    return [
      unknown(
        name,
        at,
        names.filter((other) => other !== from.name),
      ),
    ];
  const target = services.find((service) => service.name === name);
  const reason = target && unreachable(target);
  return reason === undefined
    ? []
    : [mistake('CONFIG_CALLS_UNREACHABLE', at, `"${name}" cannot be called: ${reason.why}.`, reason.fix)];
}

const unknown = (name: string, at: Place, names: readonly string[]) =>
  mistake('CONFIG_UNKNOWN_SERVICE', at, `There is no service "${name}".`, suggestion(name, names));

/** Why Cloud Map does not lead to a service; undefined when it does. */
function unreachable({
  name,
  fields: service,
}: LooseEntry): { readonly why: string; readonly fix: string } | undefined {
  const type = service['type'];
  if (type === 'spa') return { why: 'a spa is files in a bucket', fix: 'Remove it from `calls`.' };
  if (type === 'nextjs' && service['runtime'] !== 'fargate')
    return {
      why: 'App Runner is not in the private network',
      fix: `Set \`services.${name}.runtime\` to "fargate", or remove it from \`calls\`.`,
    };
  if ((type === 'nextjs' || type === 'worker') && service['port'] === undefined)
    return { why: 'it names no port', fix: `Add \`services.${name}.port\`, or remove it from \`calls\`.` };
  return undefined;
}

/** Lists in which nothing may stand twice. */
export function duplicateMistakes({ services, environments }: LooseProject): readonly Mistake[] {
  const lists: readonly (readonly [unknown, Place])[] = [
    ...services.flatMap(({ name, fields: service }) => [
      [service['calls'], ['services', name, 'calls']] as const,
      [service['secrets'], ['services', name, 'secrets']] as const,
      ...items(service['routes']).map(
        ({ index, value }) => [fields(value)['methods'], ['services', name, 'routes', index, 'methods']] as const,
      ),
    ]),
    ...environments.map(
      ({ name, fields: one }) => [one['redirectDomains'], ['environments', name, 'redirectDomains']] as const,
    ),
  ];
  return lists.flatMap(([list, at]) =>
    texts(list).flatMap(({ index, value }, position, all) =>
      all.findIndex((other) => other.value === value) === position
        ? []
        : [mistake('CONFIG_DUPLICATE', [...at, index], `"${value}" is listed twice.`, 'Remove one of them.')],
    ),
  );
}
