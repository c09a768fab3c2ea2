import { number, text, type LooseEntry, type LooseProject } from '../loose.js';
import { mistake, shown, type ConfigCode, type Mistake } from '../mistake.js';
import { reservedDatabases } from '../../layers/rds/config.js';

/** What only one service may have: a port, a database, a subdomain. */
export function takenMistakes({ services }: LooseProject): readonly Mistake[] {
  return [
    ...twice(services, 'port', 'CONFIG_PORT_TAKEN', 'Give each service its own port.'),
    ...twice(
      services,
      'database',
      'CONFIG_DATABASE_TAKEN',
      'Give each service its own database, and let it be asked through `calls`.',
    ),
    ...twice(services, 'subdomain', 'CONFIG_SUBDOMAIN_TAKEN', 'Give each front end its own subdomain.'),
    ...services.flatMap(databaseName),
    ...services.filter(({ fields }) => fields['subdomain'] === 'api').map(apiSubdomain),
  ];
}

function twice(services: readonly LooseEntry[], key: string, code: ConfigCode, fix: string): readonly Mistake[] {
  const owners = new Map<string | number, string>();
  return services.flatMap(({ name, fields }) => {
    const value = text(fields[key]) ?? number(fields[key]);
    if (value === undefined) return [];
    const owner = owners.get(value);
    if (owner === undefined) owners.set(value, name);
    return owner === undefined
      ? []
      : [mistake(code, ['services', name, key], `\`${key}\` is ${shown(value)}, which "${owner}" already has.`, fix)];
  });
}

function databaseName({ name, fields }: LooseEntry): readonly Mistake[] {
  const database = text(fields['database']);
  if (database === undefined) return [];
  const taken = reservedDatabases.some((one) => one === database) || /^(pg_|rds_)/.test(database);
  return taken
    ? [
        mistake(
          'CONFIG_RESERVED_NAME',
          ['services', name, 'database'],
          `\`database\` is ${shown(database)}, a name that PostgreSQL, RDS or Landfall has taken.`,
          `Choose another, such as "${name.replaceAll(/[^a-z0-9]+/g, '_')}_db".`,
        ),
      ]
    : [];
}

const apiSubdomain = ({ name }: LooseEntry): Mistake =>
  mistake(
    'CONFIG_SUBDOMAIN_TAKEN',
    ['services', name, 'subdomain'],
    '`subdomain` is "api", where the API itself answers.',
    'Choose another, such as "app".',
  );
