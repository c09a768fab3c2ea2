import { fields, text, texts, type LooseEntry, type LooseProject } from '../loose.js';
import { mistake, type Mistake, type Place } from '../mistake.js';

/**
 * The first name of a certificate.
 * @see https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html (read 2026-11-23)
 */
const certificateNameLimit = 64;

interface Host {
  readonly name: string;
  readonly at: Place;
  readonly environment: string;
}

/** Domains, zones, redirects and origins of the environments. */
export function domainMistakes({ services, environments }: LooseProject): readonly Mistake[] {
  const subdomains = ['api', ...services.flatMap(({ fields: service }) => text(service['subdomain']) ?? [])];
  const hosts = environments.flatMap((environment) => hostsOf(environment, [...new Set(subdomains)]));
  return [
    ...taken(hosts),
    ...hosts
      .filter(({ name }) => name.length > certificateNameLimit)
      .slice(0, 1)
      .map(tooLong),
    ...environments.flatMap(hostedZone),
    ...environments.flatMap(credentials),
  ];
}

function hostsOf({ name, fields: environment }: LooseEntry, subdomains: readonly string[]): readonly Host[] {
  const domain = text(environment['domain']);
  const at: Place = ['environments', name];
  return [
    ...(domain === undefined
      ? []
      : subdomains.map((sub) => ({ name: `${sub}.${domain}`, at: [...at, 'domain'], environment: name }))),
    ...texts(environment['redirectDomains']).map(({ index, value }) => ({
      name: value,
      at: [...at, 'redirectDomains', index],
      environment: name,
    })),
  ];
}

/** One mistake a place, however many of its names are taken. */
function taken(hosts: readonly Host[]): readonly Mistake[] {
  const found = new Map<string, Mistake>();
  hosts.forEach((host, position) => {
    const owner = hosts.slice(0, position).find((earlier) => earlier.name === host.name);
    const place = host.at.join('.');
    if (owner === undefined || owner.at.join('.') === place || found.has(place)) return;
    if (owner.environment === host.environment && host.at.at(-2) === owner.at.at(-2)) return;
    const who = owner.environment === host.environment ? 'itself' : `"${owner.environment}"`;
    found.set(
      place,
      mistake(
        'CONFIG_DOMAIN_TAKEN',
        host.at,
        `The name "${host.name}" is already served by environment ${who}.`,
        'Choose another name: each can lead to one place only.',
      ),
    );
  });
  return [...found.values()];
}

function tooLong({ name, at }: Host): Mistake {
  const message = `The name "${name}" has ${String(name.length)} characters; a certificate's name has at most ${String(certificateNameLimit)}.`;
  return mistake('CONFIG_INVALID_VALUE', at, message, 'Choose a shorter domain or subdomain.');
}

function hostedZone({ name, fields: environment }: LooseEntry): readonly Mistake[] {
  const domain = text(environment['domain']);
  const zone = text(environment['hostedZone']);
  if (domain === undefined || zone === undefined || domain === zone || domain.endsWith(`.${zone}`)) return [];
  const fix = `Write the zone that holds "${domain}": itself or one of its parents.`;
  return [
    mistake(
      'CONFIG_HOSTED_ZONE',
      ['environments', name, 'hostedZone'],
      `\`hostedZone\` is "${zone}", which does not hold "${domain}".`,
      fix,
    ),
  ];
}

function credentials({ name, fields: environment }: LooseEntry): readonly Mistake[] {
  const cors = fields(fields(environment['gateway'])['cors']);
  if (cors['credentials'] === false) return [];
  return texts(cors['origins'])
    .filter(({ value }) => value === '*')
    .map(({ index }) =>
      mistake(
        'CONFIG_CORS_CREDENTIALS',
        ['environments', name, 'gateway', 'cors', 'origins', index],
        'The origin "*" would let every site act with your users’ cookies.',
        'Name the origins, or set `credentials` to false.',
      ),
    );
}
