import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import type { AwsSession, ClientConfig } from '../aws/session.js';
import { emptyStack } from '../../stack/testing/stack.js';
import type { TerraformRunner } from '../terraform/runner.js';
import { readState } from '../terraform/state.js';
import { change } from '../testing/planned-change.js';
import { applyReviewed } from './apply.js';
import type { Stages } from './stages.js';
import { unprotect } from './unprotect.js';
import type { Target, Workspace } from './workspace.js';

let stop: (() => void) | undefined;

afterEach(() => stop?.());

/** Two pages of a bucket's versions, then none. */
const pages = [
  '<Version><Key>a</Key><VersionId>1</VersionId></Version>',
  '<DeleteMarker><Key>b</Key></DeleteMarker>',
  '',
];

/** A session with a loopback server that speaks the XML of S3 and RDS. @returns with it, what was called */
async function account(rds: { readonly status: number; readonly xml: string }) {
  const calls: string[] = [];
  let page = 0;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { url = '', method = '' } = request;
      const isRds = body.startsWith('Action=');
      calls.push(
        isRds ? body.replace(/&Version=[^&]*|Version=[^&]*&/, '') : `${method} ${url.replace(/&?x-id=\w+/, '')}`,
      );
      if (isRds) return response.writeHead(rds.status).end(rds.xml);
      const versions = `<ListVersionsResult>${pages[page] ?? ''}</ListVersionsResult>`;
      if (method === 'GET') page += 1;
      return response.end(method === 'GET' ? versions : '<DeleteResult/>');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  stop = () => {
    server.close();
    server.closeAllConnections();
  };
  const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const session: AwsSession = {
    region: 'eu-central-1',
    accountId: '111122223333',
    callerArn: 'arn:aws:iam::111122223333:user/ada',
    partition: 'aws',
    client: <C>(Client: new (config: ClientConfig) => C) =>
      new Client({ region: 'eu-central-1', endpoint, credentials, maxAttempts: 1 }),
  };
  return { session, calls };
}

const database = { identifier: 'shop-prod-postgres', deletion_protection: true };
const modified = { status: 200, xml: '<ModifyDBInstanceResponse><ModifyDBInstanceResult/></ModifyDBInstanceResponse>' };
const missing = {
  status: 404,
  xml: '<ErrorResponse><Error><Type>Sender</Type><Code>DBInstanceNotFound</Code><Message>gone</Message></Error></ErrorResponse>',
};
const emit = () => undefined;

test('a protected database that goes, or is replaced, is unprotected; one that stays is not touched', async () => {
  const { session, calls } = await account(modified);
  await unprotect({ session, emit }, [
    change('aws_db_instance.main', 'delete', { before: database }),
    change('aws_db_instance.other', 'replace', { before: { ...database, identifier: 'other' } }),
    change('aws_db_instance.stays', 'update', { before: database }),
    change('aws_db_instance.open', 'delete', { before: { ...database, deletion_protection: false } }),
  ]);
  expect(calls).toHaveLength(2);
  expect(calls[0]).toContain('Action=ModifyDBInstance');
  expect(calls[0]).toContain('DBInstanceIdentifier=shop-prod-postgres&');
  expect(calls[0]).toContain('DeletionProtection=false');
  expect(calls[1]).toContain('DBInstanceIdentifier=other&');
});

test('one that is gone already stands in nobody’s way; a refusal is told', async () => {
  const going = [change('aws_db_instance.main', 'delete', { before: database })];
  const gone = await account(missing);
  await unprotect({ session: gone.session, emit }, going);
  stop?.();
  const denied = await account({ status: 403, xml: missing.xml.replace('DBInstanceNotFound', 'AccessDenied') });
  await expect(unprotect({ session: denied.session, emit }, going)).rejects.toThrow(/shop-prod-postgres/);
});

test('a bucket that goes loses every version and delete marker, and is left for Terraform to delete', async () => {
  const { session, calls } = await account(modified);
  await unprotect({ session, emit }, [
    change('aws_s3_bucket.site_admin', 'delete', { before: { bucket: 'shop-prod-admin', force_destroy: false } }),
    change('aws_s3_bucket.other', 'delete', { before: { bucket: 'other', force_destroy: true } }),
    change('aws_s3_bucket.stays', 'update', { before: { bucket: 'stays', force_destroy: false } }),
  ]);
  expect(calls.map((call) => call.split(' ')[0])).toEqual(['GET', 'POST', 'GET', 'POST', 'GET']);
  expect(new Set(calls.map((call) => call.split(' ')[1]?.split('?')[0]))).toEqual(new Set(['/shop-prod-admin/']));
});

test('a deploy lifts it just before Terraform destroys it, for what was named alone', async () => {
  const { session, calls } = await account(modified);
  const changes = [change('aws_db_instance.main', 'delete', { before: database })];
  const terraform: Pick<TerraformRunner, 'plan' | 'apply' | 'state'> = {
    plan: () => Promise.resolve({ file: '', changes, imports: [] }),
    apply: () => Promise.resolve(void calls.push('apply')),
    state: () => Promise.resolve(readState('')),
  };
  const deploy = (allowDataLoss: readonly string[]) =>
    applyReviewed(
      {
        target: { session, emit, synthesis: { stack: emptyStack } } as unknown as Target,
        stages: {} as Stages,
        confirm: () => Promise.resolve(),
        allowDataLoss,
      },
      { terraform } as unknown as Workspace,
      { refresh: true, migrated: () => [], firstEver: false, begin: () => Promise.resolve() },
    );
  await expect(deploy(['aws_db_instance.other'])).rejects.toMatchObject({ problems: [{ code: 'DATA_LOSS' }] });
  expect(calls).toEqual([]);
  await deploy(['aws_db_instance.main']);
  expect(calls).toEqual([expect.stringContaining('Action=ModifyDBInstance'), 'apply']);
});
