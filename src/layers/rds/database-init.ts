import { randomBytes } from 'node:crypto';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { LandfallError } from '../../base/errors.js';
import { storedPassword } from './scram.js';

/** What a service gets: a database that its role owns. */
export interface DatabaseSpec {
  readonly database: string;
  readonly role: string;
  readonly password: string;
}

/** As much of a `pg` client as is needed. */
export interface DatabaseClient {
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
  end(): Promise<void>;
}

/** Opens a connection as the master user. */
export type Connect = (database: string) => Promise<DatabaseClient>;

/** Any number will do, as long as all who initialise agree on it. */
const lockKey = 7_126_033;

/**
 * Makes each database and role that is not there, and sets each password: run again it changes nothing else. Drops nothing.
 * Each role can connect to its own database alone. Two runs at once take turns.
 * @throws LandfallError `DATABASE_ROLE_IS_MASTER`
 */
export async function initialiseDatabases(connect: Connect, specs: readonly DatabaseSpec[]): Promise<void> {
  const master = await connect('postgres');
  try {
    await assertNotMaster(master, specs);
    await master.query('SELECT pg_advisory_lock($1)', [lockKey]);
    for (const closed of ['postgres', 'template1']) await revokeConnect(master, closed);
    for (const spec of specs) await initialiseOne(master, connect, spec);
  } finally {
    await master.end();
  }
}

async function initialiseOne(
  master: DatabaseClient,
  connect: Connect,
  { database, role, password }: DatabaseSpec,
): Promise<void> {
  const owner = escapeIdentifier(role);
  const name = escapeIdentifier(database);
  const found = await master.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  const verb = found.rows.length === 0 ? 'CREATE' : 'ALTER';
  await master.query(
    `${verb} ROLE ${owner} LOGIN PASSWORD ${escapeLiteral(storedPassword(password, randomBytes(16)))}`,
  );
  // On RDS the master is no superuser: to give things to a role it must be able to become it, to change them it must have its rights.
  // Who creates a role may grant these two, and has neither: https://www.postgresql.org/docs/16/sql-createrole.html (read 2026-11-23)
  await master.query(`GRANT ${owner} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE`);
  const current = await master.query(
    'SELECT pg_get_userbyid(datdba)::text AS owner FROM pg_database WHERE datname = $1',
    [database],
  );
  const [existing] = current.rows;
  if (existing === undefined) await master.query(`CREATE DATABASE ${name} OWNER ${owner}`);
  else if (existing['owner'] !== role) await master.query(`ALTER DATABASE ${name} OWNER TO ${owner}`);
  await revokeConnect(master, database);
  await master.query(`GRANT CONNECT ON DATABASE ${name} TO ${owner}`);
  await ownSchema(connect, database, owner);
}

/** Its password is RDS's, and would be lost. */
async function assertNotMaster(master: DatabaseClient, specs: readonly DatabaseSpec[]): Promise<void> {
  const { rows } = await master.query('SELECT current_user::text AS name');
  const taken = specs.find(({ role }) => role === rows[0]?.['name']);
  if (taken === undefined) return;
  throw new LandfallError({
    code: 'DATABASE_ROLE_IS_MASTER',
    message: `The DATABASE_URL for the database ${taken.database} names the user ${taken.role}, who is the server's master user.`,
    fix: 'Give the service a user of its own in its DATABASE_URL. Nothing was changed.',
  });
}

const revokeConnect = (master: DatabaseClient, database: string) =>
  master.query(`REVOKE CONNECT ON DATABASE ${escapeIdentifier(database)} FROM PUBLIC`);

/** The role owns the schema that its tables go to. */
async function ownSchema(connect: Connect, database: string, owner: string): Promise<void> {
  const client = await connect(database);
  try {
    await client.query(`ALTER SCHEMA public OWNER TO ${owner}`);
    await client.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
  } finally {
    await client.end();
  }
}
