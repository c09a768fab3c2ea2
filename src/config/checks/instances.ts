import { taskDefaults } from '../../layers/ecs/config.js';
import { gatewayDefaults } from '../../layers/gateway/config.js';
import { fields, number, texts, type Fields, type LooseEntry, type LooseProject } from '../loose.js';
import { mistake, type Mistake, type Place } from '../mistake.js';
import { reachedFrom } from '../../base/reached.js';

/** Counts of tasks: the least is not above the most after inheritance, and what nothing would wake does not sleep. */
export function instanceMistakes({ services, environments }: LooseProject): readonly Mistake[] {
  return environments.flatMap(({ name, fields: environment }) => {
    const at: Place = ['environments', name];
    const defaults = fields(environment['defaults']);
    const own = ([place, counts, inherited]: Counted) => order(place, counts, inherited);
    const overrides = fields(environment['services']);
    return [
      ...own([[...at, 'defaults'], defaults, {}]),
      ...own([[...at, 'gateway'], fields(environment['gateway']), gatewayDefaults]),
      ...services.flatMap((service) => {
        const place = [...at, 'services', service.name];
        const counts = Object.hasOwn(overrides, service.name) ? fields(overrides[service.name]) : {};
        const kind = service.fields['type'] === 'spa' ? notForFiles(place, counts) : own([place, counts, defaults]);
        return [...kind, ...alwaysOn(place, service, counts), ...appRunner(place, service, counts)];
      }),
      ...calledAwake([...at, 'services'], services, defaults, overrides),
    ];
  });
}

type Counted = readonly [Place, Fields, Fields];

function order(at: Place, own: Fields, inherited: Fields): readonly Mistake[] {
  const min = number(own['minInstances']);
  const max = number(own['maxInstances']);
  if (min === undefined && max === undefined) return [];
  const least = min ?? number(inherited['minInstances']) ?? taskDefaults.minInstances;
  const most = max ?? number(inherited['maxInstances']);
  if (most === undefined || least <= most) return [];
  const key = min === undefined ? 'maxInstances' : 'minInstances';
  return [
    mistake(
      'CONFIG_INSTANCES',
      [...at, key],
      `\`minInstances\` is ${String(least)}, above \`maxInstances\`, which is ${String(most)}.`,
      'Lower `minInstances` or raise `maxInstances`; what is not written here is inherited.',
    ),
  ];
}

function alwaysOn(at: Place, { name, fields: service }: LooseEntry, counts: Fields): readonly Mistake[] {
  const type = service['type'];
  if (counts['minInstances'] !== 0 || (type !== 'nextjs' && type !== 'worker')) return [];
  return [
    mistake(
      'CONFIG_ALWAYS_ON',
      [...at, 'minInstances'],
      `\`minInstances\` is 0, but "${name}" is a ${type} service, and nothing would wake it.`,
      'Write at least 1, or leave it out: an inherited 0 becomes 1.',
    ),
  ];
}

/** A service whose own entry lets it sleep while one that never sleeps calls it. */
function calledAwake(
  at: Place,
  services: readonly LooseEntry[],
  defaults: Fields,
  overrides: Fields,
): readonly Mistake[] {
  const countsOf = (name: string) => (Object.hasOwn(overrides, name) ? fields(overrides[name]) : {});
  const callers = services.map(({ name, fields: service }) => ({
    name,
    calls: texts(service['calls']).map(({ value }) => value),
    least:
      service['type'] === 'nestjs'
        ? (number(countsOf(name)['minInstances']) ?? number(defaults['minInstances']) ?? taskDefaults.minInstances)
        : 1,
  }));
  const reached = reachedFrom(
    callers.filter(({ least }) => least > 0),
    callers,
  );
  return callers.flatMap(({ name }) => {
    const caller = reached.get(name);
    if (caller === undefined || countsOf(name)['minInstances'] !== 0) return [];
    const type = services.find((service) => service.name === name)?.fields['type'];
    return type !== 'nestjs'
      ? []
      : [
          mistake(
            'CONFIG_ALWAYS_ON',
            [...at, name, 'minInstances'],
            `\`minInstances\` is 0, but "${caller}", which never sleeps, calls "${name}" directly, and that would not wake it.`,
            `Write at least 1, or let "${caller}" sleep too.`,
          ),
        ];
  });
}

function notForFiles(at: Place, counts: Fields): readonly Mistake[] {
  return Object.keys(counts)
    .filter((key) => key !== 'env' && key in taskDefaults)
    .map((key) =>
      mistake(
        'CONFIG_NOT_APPLICABLE',
        [...at, key],
        `\`${key}\` has no effect on a spa: it is files in a bucket.`,
        'Remove it.',
      ),
    );
}

function appRunner(at: Place, { name, fields: service }: LooseEntry, counts: Fields): readonly Mistake[] {
  if (service['type'] !== 'nextjs' || service['runtime'] === 'fargate') return [];
  const wrong = (place: Place, { architecture, spot }: Fields) => [
    ...(architecture === 'arm64' ? [unfit([...place, 'architecture'], 'architecture', 'arm64')] : []),
    ...(spot === true ? [unfit([...place, 'spot'], 'spot', 'true')] : []),
  ];
  const first = at[1] === undefined ? [] : wrong(at, counts);
  return [...first, ...wrong(['services', name], service)];
}

const unfit = (at: Place, key: string, value: string) =>
  mistake(
    'CONFIG_NOT_APPLICABLE',
    at,
    `\`${key}\` is ${value}, which App Runner does not offer.`,
    'Remove it, or set `runtime` to "fargate".',
  );
