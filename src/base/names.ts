import { createHash } from 'node:crypto';

/**
 * A stable physical name `{a}-{b}-…` of at most `limit` characters: a longer one is cut and ends with a hash of the whole,
 * so that two long names never meet.
 */
export function physicalName(limit: number, ...parts: readonly string[]): string {
  const whole = parts.join('-');
  if (whole.length <= limit) return whole;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  return `${whole.slice(0, limit - hash.length - 1).replace(/-+$/, '')}-${hash}`;
}

/** A Terraform identifier for a name: `auth-service` → `auth_service`. One-to-one for names without underscores. */
export function identifier(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_]/g, '_');
}
