import { readFile } from 'node:fs/promises';
import { Client, escapeIdentifier } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initialiseDatabases, type Connect, type DatabaseSpec } from './database-init.js';
import type { PostgresServer } from './local/postgres.js';
import { openPlace, type Place } from './local/testing/server.js';

let place: Place;
let server: PostgresServer;
const connect: Connect = (database) => server.connect(database);

beforeAll(async () => {
  place = await openPlace();
  server = await place.start();
}, 60_000);

afterAll(async () => {
  await server.stop();
  await place.remove();
});

const specOf = (name: string): DatabaseSpec => ({ database: `${name}_db`, role: name, password: `${name}-password` });

async function query(options: DatabaseSpec, text: string): Promise<readonly unknown[]> {
  const { database, role: user, password } = options;
  const client = new Client({
    host: '127.0.0.1',
    port: server.port,
    user,
    password,
    database,
    ssl: { ca: place.tls.caPem },
  });
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function asMaster(database: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = await server.connect(database);
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** All that a run may change, passwords aside. */
const rights = async (database: string) => [
  await asMaster('postgres', 'SELECT datname, datdba, datacl::text FROM pg_database ORDER BY 1'),
  await asMaster(
    'postgres',
    'SELECT rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles ORDER BY 1',
  ),
  await asMaster('postgres', 'SELECT * FROM pg_auth_members ORDER BY 1'),
  await asMaster(database, 'SELECT nspname, nspowner, nspacl::text FROM pg_namespace ORDER BY 1'),
];

describe('each role', () => {
  const [auth, offers] = [specOf('auth'), specOf('offers')];
  beforeAll(() => initialiseDatabases(connect, [auth, offers]));

  test('owns its database: makes tables, schemas and extensions', async () => {
    await query(auth, 'CREATE TABLE users (id int); CREATE SCHEMA more; CREATE EXTENSION pgcrypto');
    expect(await query(auth, 'SELECT current_user::text AS me')).toEqual([{ me: 'auth' }]);
  });

  test.each(['offers_db', 'postgres', 'template1'])('auth cannot connect to %s', async (database) => {
    await expect(query({ ...auth, database }, 'SELECT 1')).rejects.toMatchObject({
      code: '42501',
      message: `permission denied for database "${database}"`,
    });
  });

  test('can do nothing to the other, nor to the server', async () => {
    await expect(query(auth, 'SET ROLE offers')).rejects.toMatchObject({ code: '42501' });
    await expect(query(auth, `ALTER ROLE offers PASSWORD 'x'`)).rejects.toMatchObject({ code: '42501' });
    await expect(query(auth, 'CREATE DATABASE other')).rejects.toMatchObject({ code: '42501' });
  });

  test('needs its password', async () => {
    await expect(query({ ...auth, password: offers.password }, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });
});

describe('run again', () => {
  const spec = specOf('again');
  beforeAll(() => initialiseDatabases(connect, [spec]));

  test('changes nothing, and keeps the data', async () => {
    await query(spec, 'CREATE TABLE kept AS SELECT 1 AS id');
    const before = await rights(spec.database);
    await initialiseDatabases(connect, [spec]);
    expect(await rights(spec.database)).toEqual(before);
    expect(await query(spec, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
  });

  test('sets a changed password', async () => {
    const changed = { ...spec, password: 'changed' };
    await initialiseDatabases(connect, [changed]);
    expect(await query(changed, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await expect(query(spec, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    await initialiseDatabases(connect, [spec]);
  });

  test('finishes what was half done: a role that cannot log in, a database of the master’s that all may enter', async () => {
    const half = specOf('half');
    await asMaster('postgres', 'CREATE ROLE half NOLOGIN');
    await asMaster('postgres', 'CREATE DATABASE half_db');
    await initialiseDatabases(connect, [half]);
    await query(half, 'CREATE TABLE t (id int)');
    expect(
      await asMaster(
        'postgres',
        `SELECT pg_get_userbyid(datdba)::text AS owner FROM pg_database WHERE datname = 'half_db'`,
      ),
    ).toEqual([{ owner: 'half' }]);
    await expect(query({ ...spec, database: 'half_db' }, 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
  });

  test('several times at once, all succeed', async () => {
    const specs = ['one', 'two', 'three'].map(specOf);
    await Promise.all([1, 2, 3, 4].map(() => initialiseDatabases(connect, specs)));
    for (const each of specs) expect(await query(each, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('hostile texts', () => {
  test.each([
    { database: `o'ne"; DROP DATABASE postgres; --`, role: `ro"le'; --`, password: `p'w"; $$ \\ --` },
    { database: 'größe 🔑', role: 'rôle', password: 'pässwörd ﬁ' },
    { database: 'select', role: 'user', password: 'SCRAM-SHA-256$4096:c2FsdA==$AAAA:BBBB' },
    { database: '$1', role: '%s', password: `🔑 E'\\047` },
  ])('are only names and passwords: $database', async (spec) => {
    await initialiseDatabases(connect, [spec]);
    await initialiseDatabases(connect, [spec]);
    const me = 'SELECT current_database()::text AS database, current_user::text AS role';
    expect(await query(spec, me)).toEqual([{ database: spec.database, role: spec.role }]);
  });

  test('of the master’s own name change nothing', async () => {
    const spec = { database: 'x', role: 'landfall', password: 'stolen' };
    await expect(initialiseDatabases(connect, [specOf('before'), spec])).rejects.toMatchObject({
      code: 'DATABASE_ROLE_IS_MASTER',
    });
    expect(await asMaster('postgres', `SELECT 1 FROM pg_roles WHERE rolname = 'before'`)).toEqual([]);
  });
});

test('no password reaches the server’s log, whatever it logs', async () => {
  await asMaster('postgres', `ALTER SYSTEM SET log_statement = 'all'`);
  await asMaster('postgres', 'SELECT pg_reload_conf()');
  await new Promise((resolve) => setTimeout(resolve, 200));
  await initialiseDatabases(connect, [{ ...specOf('logged'), password: 'Zq8-very-secret' }]);
  const log = await readFile(place.logFile, 'utf8');
  expect(log).toContain('CREATE ROLE "logged" LOGIN PASSWORD');
  expect(log).not.toContain('Zq8-very-secret');
  await asMaster('postgres', 'ALTER SYSTEM RESET log_statement');
  await asMaster('postgres', 'SELECT pg_reload_conf()');
});

describe('a master that is no superuser, as on RDS', () => {
  const master = { database: 'postgres', role: 'rds_master', password: 'rds-password' };
  const connectAsRds: Connect = async (database) => {
    const client = new Client({
      host: '127.0.0.1',
      port: server.port,
      user: master.role,
      password: master.password,
      database,
      ssl: { ca: place.tls.caPem },
    });
    await client.connect();
    return client;
  };

  beforeAll(async () => {
    const role = escapeIdentifier(master.role);
    await asMaster('postgres', `CREATE ROLE ${role} LOGIN CREATEDB CREATEROLE PASSWORD '${master.password}'`);
    for (const database of ['postgres', 'template1'])
      await asMaster('postgres', `ALTER DATABASE ${database} OWNER TO ${role}`);
  });

  afterAll(async () => {
    for (const database of ['postgres', 'template1'])
      await asMaster('postgres', `ALTER DATABASE ${database} OWNER TO landfall`);
  });

  test('makes databases, may run again, and closes the others', async () => {
    const specs = ['rds_a', 'rds_b'].map(specOf);
    await initialiseDatabases(connectAsRds, specs);
    const before = await rights('rds_a_db');
    await initialiseDatabases(connectAsRds, specs);
    expect(await rights('rds_a_db')).toEqual(before);
    for (const spec of specs) await query(spec, 'CREATE TABLE t (id int)');
    await expect(query({ ...specOf('rds_a'), database: 'rds_b_db' }, 'SELECT 1')).rejects.toMatchObject({
      code: '42501',
    });
  });
});
