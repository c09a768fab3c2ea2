import type { Problem } from '../base/errors.js';

/** Permanent names of the mistakes that a config can hold. */
export type ConfigCode =
  | 'CONFIG_ALWAYS_ON'
  | 'CONFIG_CALLS_ITSELF'
  | 'CONFIG_CALLS_UNREACHABLE'
  | 'CONFIG_CORS_CREDENTIALS'
  | 'CONFIG_DATABASE_TAKEN'
  | 'CONFIG_DISCOVERY'
  | 'CONFIG_DOMAIN_TAKEN'
  | 'CONFIG_DUPLICATE'
  | 'CONFIG_EMPTY'
  | 'CONFIG_ENV_RESERVED'
  | 'CONFIG_HOSTED_ZONE'
  | 'CONFIG_INSTANCES'
  | 'CONFIG_INVALID_NAME'
  | 'CONFIG_INVALID_VALUE'
  | 'CONFIG_JOB_WITHOUT_PORT'
  | 'CONFIG_JWT_WITHOUT_ISSUER'
  | 'CONFIG_MISSING_KEY'
  | 'CONFIG_NOT_APPLICABLE'
  | 'CONFIG_PORT_TAKEN'
  | 'CONFIG_QUOTA'
  | 'CONFIG_REGION'
  | 'CONFIG_RESERVED_NAME'
  | 'CONFIG_ROUTE_OVERLAP'
  | 'CONFIG_SCHEDULE'
  | 'CONFIG_SUBDOMAIN_TAKEN'
  | 'CONFIG_TIMEZONE'
  | 'CONFIG_UNKNOWN_KEY'
  | 'CONFIG_UNKNOWN_SERVICE'
  | 'CONFIG_WAF_RULE'
  | 'CONFIG_WRONG_TYPE';

export type Place = readonly (string | number)[];

/** A problem whose place is still a list of keys. */
export interface Mistake {
  readonly code: ConfigCode;
  readonly at: Place;
  readonly message: string;
  readonly fix: string;
}

export function mistake(code: ConfigCode, at: Place, message: string, fix: string): Mistake {
  return { code, at, message, fix };
}

/** `services.auth-service.routes[0].path`. */
function pathText(at: Place): string {
  return at.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${String(key)}]`;
    if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

/** A value as a message shows it: short, on one line. Environment variables may hold secrets and are not shown. */
export function shown(value: unknown, at: Place = []): string {
  if (value === undefined) return 'missing';
  if (at.includes('env')) return `${article(typeName(value))} (not shown)`;
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}…` : value);
  if (typeof value === 'object' && value !== null) return article(typeName(value));
  if (typeof value === 'function') return 'a function';
  return value === null || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : article(typeName(value));
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'empty list' : 'list';
  return value === null ? 'null' : typeof value === 'string' ? 'text' : typeof value;
}

const article = (name: string): string =>
  name === 'null' || name === 'text' ? name : `${/^[eo]/.test(name) ? 'an' : 'a'} ${name}`;

/** A key as a sentence names it. */
export const keyName = (at: Place): string => {
  const last = at.at(-1);
  return last === undefined
    ? 'The configuration'
    : typeof last === 'number'
      ? `\`${String(at.at(-2))}[${String(last)}]\``
      : `\`${last}\``;
};

export function toProblem({ code, at, message, fix }: Mistake): Problem {
  return { code, message, fix, ...(at.length > 0 && { path: pathText(at) }) };
}
