import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const scripts = fileURLToPath(new URL('./lua/kong-db', import.meta.url));
const password = 'Tr0ub4dor3SecretPassword';
const url = `postgres://kong:${password}@shop-dev.abc.eu-central-1.rds.amazonaws.com:5432/kong_db?sslmode=verify-full`;

/**
 * Stands for kong, resty and sleep: writes down how it is called, and ends with the next code of the file named like the call
 * (`kong migrations list` → `kong_migrations_list`), else with 0.
 */
const fake = `#!/bin/sh
call="\${0##*/} $*"
printf '%s\\n' "$call" >>"$FAKE/calls"
codes="$FAKE/$(printf '%s' "$call" | tr ' /' '__')"
[ -s "$codes" ] || exit 0
code=$(head -n 1 "$codes")
sed -i 1d "$codes"
[ "$code" -eq 0 ] || echo "Error: what Kong says" >&2
exit "$code"
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kong-db-'));
  cpSync(scripts, join(folder, 'kong-db'), { recursive: true });
  mkdirSync(join(folder, 'bin'));
  for (const name of ['kong', 'resty', 'sleep']) {
    writeFileSync(join(folder, 'bin', name), fake);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
});

afterEach(() => rmSync(folder, { recursive: true }));

function run(command: readonly string[], env: Readonly<Record<string, string>> = { DATABASE_URL: url }) {
  const { status, stdout, stderr } = spawnSync('/bin/sh', [join(folder, 'kong-db/connect.sh'), ...command], {
    env: { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`, FAKE: folder, ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const migrate = () => run(['sh', join(folder, 'kong-db/migrate.sh')]);

const answers = (call: string, ...codes: readonly number[]) =>
  writeFileSync(join(folder, call.replaceAll(/[ /]/g, '_')), codes.map((code) => `${String(code)}\n`).join(''));

const calls = (): readonly string[] =>
  existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : [];

const list = 'kong migrations list';
const round = ['kong migrations bootstrap', 'kong migrations up', 'kong migrations finish'];
const load = 'kong config db_import /etc/kong/kong.yml';
const prune = () =>
  `resty --http-conf lua_ssl_trusted_certificate /etc/kong/rds-ca.pem; lua_ssl_verify_depth 1; ` +
  `${folder}/kong-db/prune.lua ${folder}/kong-db /etc/kong/kong.yml`;

describe('connect.sh', () => {
  const settings = (given: string) =>
    Object.fromEntries(
      run(['env'], { DATABASE_URL: given })
        .stdout.split('\n')
        .filter((line) => /^(KONG_|DATABASE_URL)/.test(line))
        .map((line) => line.split('=')),
    ) as Record<string, string>;

  test('gives Kong the parts of the URL, with TLS that is demanded and verified, and keeps the URL', () => {
    expect(settings(url)).toEqual({
      KONG_PG_HOST: 'shop-dev.abc.eu-central-1.rds.amazonaws.com',
      KONG_PG_PORT: '5432',
      KONG_PG_USER: 'kong',
      KONG_PG_PASSWORD: password,
      KONG_PG_DATABASE: 'kong_db',
      KONG_PG_SSL: 'on',
      KONG_PG_SSL_REQUIRED: 'on',
      KONG_PG_SSL_VERIFY: 'on',
    });
  });

  test('takes another port, none, and no query', () => {
    expect(settings('postgresql://kong:x@db:6000/kong_db')).toMatchObject({
      KONG_PG_HOST: 'db',
      KONG_PG_PORT: '6000',
      KONG_PG_DATABASE: 'kong_db',
    });
    expect(settings('postgres://kong:x@db/kong_db?a=b')).toMatchObject({ KONG_PG_HOST: 'db', KONG_PG_PORT: '5432' });
  });

  test.each([
    ['', /DATABASE_URL is not set/],
    ['mysql://kong:hunter2@db/kong_db', /not of the form/],
    ['postgres://hunter2@db/kong_db', /not of the form/],
    ['postgres://kong:hunter2@db', /not of the form/],
  ])('refuses %j without repeating it', (given, message) => {
    const { status, stdout, stderr } = run(['env'], { DATABASE_URL: given });
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
    expect(stdout + stderr).not.toContain('hunter2');
  });

  test('ends as the command does', () => {
    expect(run(['sh', '-c', 'exit 7']).status).toBe(7);
  });
});

describe('migrate.sh', () => {
  test('imports, then removes, where the schema is this Kong’s', () => {
    expect(migrate()).toMatchObject({ status: 0, stderr: '' });
    expect(calls()).toEqual([list, load, prune()]);
  });

  test('bootstraps an empty database', () => {
    answers(list, 3, 0);
    expect(migrate().status).toBe(0);
    expect(calls()).toEqual([list, ...round, list, load, prune()]);
  });

  test('lets another task finish that was faster, or holds Kong’s lock', () => {
    answers(list, 3, 5, 4, 0);
    answers('kong migrations bootstrap', 1);
    answers('kong migrations up', 1, 1);
    expect(migrate().status).toBe(0);
    expect(calls()).toEqual([
      list,
      ...round,
      list,
      'sleep 5',
      ...round,
      list,
      'sleep 5',
      ...round,
      list,
      load,
      prune(),
    ]);
  });

  test('gives up when the database stays as it is, and imports nothing', () => {
    answers(list, ...Array.from({ length: 20 }, () => 1));
    const { status, stderr } = migrate();
    expect(status).toBe(1);
    expect(stderr).toMatch(/landfall: kong_db could not be migrated\. What Kong says stands above\.\n$/);
    expect(stderr).toContain('Error: what Kong says');
    expect(calls().filter((call) => call === list)).toHaveLength(7);
    expect(calls()).not.toContain(load);
  });

  test('imports again after a clash, at most three times', () => {
    answers(load, 1, 0);
    expect(migrate().status).toBe(0);
    answers(load, 1, 1, 1);
    const { status, stderr } = migrate();
    expect(status).toBe(1);
    expect(stderr).toMatch(/kong\.yml could not be imported/);
    expect(calls().filter((call) => call === prune())).toHaveLength(1);
  });

  test('fails when what is no longer wanted cannot be removed', () => {
    writeFileSync(join(folder, 'bin/resty'), '#!/bin/sh\nexit 1\n');
    const { status, stderr } = migrate();
    expect(status).toBe(1);
    expect(stderr).toMatch(/could not be removed from kong_db/);
  });

  test('never prints or passes on the password', () => {
    answers(list, 3, 1, 0);
    answers(load, 1, 1, 1);
    const { stdout, stderr } = migrate();
    expect(stdout + stderr + calls().join('\n')).not.toContain(password);
  });
});
