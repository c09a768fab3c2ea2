import { escapeIdentifier, escapeLiteral } from 'pg';

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
 */
export async function initialiseDatabases(connect: Connect, specs: readonly DatabaseSpec[]): Promise<void> {
  const master = await connect('postgres');
  try {
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
  await master.query(`${verb} ROLE ${owner} LOGIN PASSWORD ${escapeLiteral(password)}`);
  // On RDS the master is no superuser: to give a database to a role it must be able to become that role.
  // https://www.postgresql.org/docs/16/sql-createdatabase.html (read 2026-11-23)
  await master.query(`GRANT ${owner} TO CURRENT_USER`);
  const exists = await master.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
  if (exists.rows.length === 0) await master.query(`CREATE DATABASE ${name} OWNER ${owner}`);
  await revokeConnect(master, database);
  await master.query(`GRANT CONNECT ON DATABASE ${name} TO ${owner}`);
  await ownSchema(connect, database, owner);
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
