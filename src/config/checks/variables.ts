import { fields, texts, type LooseEntry, type LooseProject } from '../loose.js';
import { mistake, type Mistake, type Place } from '../mistake.js';

/** Names of environment variables and secrets: well formed, not Landfall's own, not both. */
export function variableMistakes({ services, environments }: LooseProject): readonly Mistake[] {
  return services.flatMap((service) => {
    const ofEnvironments = environments.map(({ name, fields: environment }) => {
      const overrides = fields(environment['services']);
      const own = Object.hasOwn(overrides, service.name) ? fields(overrides[service.name]) : {};
      return { at: ['environments', name, 'services', service.name, 'env'], names: Object.keys(fields(own['env'])) };
    });
    const lists = [
      { at: ['services', service.name, 'env'], names: Object.keys(fields(service.fields['env'])) },
      ...ofEnvironments,
    ];
    return [
      ...lists.flatMap(({ at, names }) => names.flatMap((name) => variable(service, name, [...at, name]))),
      ...secrets(service, new Set(lists.flatMap(({ names }) => names))),
    ];
  });
}

function variable(service: LooseEntry, name: string, at: Place): readonly Mistake[] {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    const rule = 'letters, digits and underscores, with no digit first';
    return [mistake('CONFIG_INVALID_NAME', at, `"${name}" is not an environment variable name.`, `Use ${rule}.`)];
  }
  return reserved(service, name, at);
}

function secrets(service: LooseEntry, variables: ReadonlySet<string>): readonly Mistake[] {
  return texts(service.fields['secrets']).flatMap(({ index, value }) => {
    const at: Place = ['services', service.name, 'secrets', index];
    const name = value.replace(/^shared\//, '');
    const both = variables.has(name)
      ? [
          mistake(
            'CONFIG_DUPLICATE',
            at,
            `"${name}" is both in \`env\` and in \`secrets\`.`,
            'Keep one: secrets for what must not be read in the config.',
          ),
        ]
      : [];
    return [...reserved(service, name, at), ...landfallsOwn(value, at), ...both];
  });
}

/** Shared values that Landfall makes. */
function landfallsOwn(value: string, at: Place): readonly Mistake[] {
  if (value !== 'shared/REDIS' && value !== 'shared/JOB_TOKEN') return [];
  return [mistake('CONFIG_ENV_RESERVED', at, `${value} is Landfall's own.`, 'Use another name.')];
}

function reserved(service: LooseEntry, name: string, at: Place): readonly Mistake[] {
  const why = setByLandfall(service).get(name);
  return why === undefined
    ? []
    : [mistake('CONFIG_ENV_RESERVED', at, `${name} is set by Landfall (${why}).`, 'Remove it, or use another name.')];
}

/** The variables that a service gets, with their reason. */
function setByLandfall({ fields: service }: LooseEntry): ReadonlyMap<string, string> {
  const type = service['type'];
  const tasks = type !== 'spa';
  return new Map([
    ['NODE_ENV', 'always "production"'],
    ...(tasks ? [['PORT', 'from `port`'] as const] : []),
    ...(tasks && service['database'] !== undefined ? [['DATABASE_URL', 'from `database`'] as const] : []),
    ...(tasks && service['redis'] === true ? [['REDIS_URL', 'from `redis`'] as const] : []),
    ...(type === 'nextjs' || type === 'spa' ? [['API_URL', 'the address of the API'] as const] : []),
    ...texts(service['calls']).map(
      ({ value }) => [peerVariable(value), `the address of "${value}", from \`calls\``] as const,
    ),
  ]);
}

const peerVariable = (name: string): string => `${name.toUpperCase().replaceAll('-', '_')}_URL`;
