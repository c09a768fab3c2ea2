const GiB = 2 ** 30;

/** Memory of each family's `xlarge`, in GiB; sizes above are multiples of it, and `large` is half. */
const families = [
  { pattern: /^t(3|4g)$/, xlarge: 16, small: true },
  { pattern: /^m[567][a-z]*$/, xlarge: 16, small: false },
  { pattern: /^r[567][a-z]*$/, xlarge: 32, small: false },
] as const;

const smallSizes: Readonly<Record<string, number>> = { micro: 1 / 16, small: 1 / 8, medium: 1 / 4 };

/**
 * Memory in bytes of a database instance class such as `db.t3.micro`, from its family and size; undefined when it is of no known family.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html (not re-read)
 */
export function memoryOf(instanceClass: string): number | undefined {
  const [, name = '', size = ''] = /^db\.([a-z0-9]+)\.([a-z0-9]+)$/.exec(instanceClass) ?? [];
  const family = families.find(({ pattern }) => pattern.test(name));
  if (family === undefined) return undefined;
  const times = timesXlarge(size, family.small);
  return times === undefined ? undefined : times * family.xlarge * GiB;
}

function timesXlarge(size: string, small: boolean): number | undefined {
  if (size === 'large') return 1 / 2;
  const multiple = /^(\d*)xlarge$/.exec(size)?.[1];
  if (multiple !== undefined) return multiple === '' ? 1 : Number(multiple);
  return small ? smallSizes[size] : undefined;
}

/**
 * Connections that PostgreSQL takes by default, estimated from the memory of the class: `LEAST(DBInstanceClassMemory/9531392, 5000)`, where
 * DBInstanceClassMemory is what AWS's own processes leave of it. How much they take is not documented: 7 % and 192 MiB stay at or a little below
 * what users report (about 420 at 4 GB, 1700 at 16 GB), so that an alarm on it comes early rather than never.
 * @see https://docs.aws.amazon.com/prescriptive-guidance/latest/tuning-postgresql-parameters/max-connections.html (read 2026-11-25)
 * @see https://www.pgflare.com/knowledge-base/rds-connection-pool-exhausted.html (reported values; read 2026-11-25)
 */
export function maxConnections(memoryBytes: number): number {
  const left = memoryBytes * 0.93 - 192 * 2 ** 20;
  return Math.min(Math.floor(left / 9_531_392), 5000);
}
