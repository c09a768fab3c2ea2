import { z } from 'zod';

/** The specification's values; Multi-AZ follows `production`. */
export const postgresDefaults = {
  instanceClass: 'db.t3.micro',
  allocatedStorageGb: 20,
  backupRetentionDays: 7,
} as const;

/** Names that PostgreSQL, RDS or Landfall itself has taken, as databases or as the roles that are named after them. */
export const reservedDatabases = [
  'kong_db',
  'landfall',
  'none',
  'postgres',
  'public',
  'rdsadmin',
  'template0',
  'template1',
] as const;

/** RDS's part of an environment. */
export const postgresOptions = z.strictObject({
  instanceClass: z
    .string()
    .regex(/^db\.[a-z][a-z0-9]*\.[a-z0-9]+$/, 'a database instance class such as `db.t3.micro`')
    .optional()
    .meta({ description: 'RDS instance class.', default: postgresDefaults.instanceClass }),
  multiAz: z.boolean().optional().describe('A standby in a second zone. Default: the value of `production`.'),
  allocatedStorageGb: z
    .int()
    .min(20)
    .max(65536)
    .optional()
    .meta({ description: 'Storage (gp3) in GiB.', default: postgresDefaults.allocatedStorageGb }),
  backupRetentionDays: z
    .int()
    .min(1, 'a whole number from 1 to 35 (0 would turn off backups and point-in-time recovery)')
    .max(35)
    .optional()
    .meta({ description: 'Days that automated backups are kept.', default: postgresDefaults.backupRetentionDays }),
});

/** RDS's keys of a service that runs as tasks. */
export const databaseKeys = {
  database: z
    .string()
    .regex(
      /^[a-z_][a-z0-9_]{0,62}$/,
      'a PostgreSQL name: at most 63 lower-case letters, digits and underscores, and no digit first',
    )
    .optional()
    .describe('Its own PostgreSQL database, with a role that owns it. The service gets `DATABASE_URL`.'),
  migrate: z
    .string()
    .min(1)
    .optional()
    .describe('Command line that migrates its database before the service is updated. Not for App Runner.'),
};
