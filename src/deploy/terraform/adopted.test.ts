import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LandfallError } from '../../base/errors.js';
import type { LandfallEvent } from '../../base/events.js';
import { readAdopted, writeAdopted, type AdoptedBlock } from './adopted.js';
import type { PlanDocument } from './plan.js';
import { planWithImports } from './plan-imports.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-adopted-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const owner = { project: 'shop', environment: 'dev' };
const vpc: AdoptedBlock = { to: 'aws_vpc.main', id: 'vpc-1', guessed: false };
const role: AdoptedBlock = { to: 'aws_iam_role.api', id: 'shop-dev-api', guessed: true };
const group: AdoptedBlock = { to: 'aws_security_group.api', id: 'sg-1', guessed: true };

const refusal = (message: string, code = 'TERRAFORM_FAILED') => new LandfallError({ code, message, fix: '' });
const notThere = (to: string) =>
  refusal(
    `Cannot import non-existent remote object\nWhile attempting to import an existing object to\n"${to}", the provider`,
  );
const taken = ({ to }: AdoptedBlock, tags: object) => ({
  address: to,
  mode: 'managed',
  type: to.split('.')[0] ?? '',
  change: { actions: ['no-op'], before: { tags_all: tags }, after: {}, importing: {} },
});
const own = { Project: 'shop', Environment: 'dev' };

/** Plans in the order in which they are asked for: each throws, or has this document. */
async function plan(blocks: readonly AdoptedBlock[], ...outcomes: readonly (LandfallError | PlanDocument)[]) {
  await writeAdopted(folder, blocks);
  const left = [...outcomes];
  const events: LandfallEvent[] = [];
  const planned = planWithImports({ folder, owner, emit: (event) => void events.push(event) }, () => {
    const next = left.shift() ?? {};
    return next instanceof LandfallError ? Promise.reject(next) : Promise.resolve(next);
  });
  await planned.catch(() => undefined);
  return { planned, events, kept: await readAdopted(folder), unused: left.length };
}

describe('a plan that takes over what stands', () => {
  test('has its blocks beside the artifact, and no file without them', async () => {
    await writeAdopted(folder, [vpc, role]);
    expect(JSON.parse(await readFile(join(folder, 'adopted.tf.json'), 'utf8'))).toEqual({
      import: [
        { to: 'aws_vpc.main', id: 'vpc-1' },
        { '//': 'guessed', to: 'aws_iam_role.api', id: 'shop-dev-api' },
      ],
    });
    await writeAdopted(folder, []);
    expect(await readdir(folder)).toEqual([]);
  });

  test('is made again without what Terraform does not find', async () => {
    const { kept, unused } = await plan([vpc, role, group], notThere(role.to), {});
    expect(kept).toEqual([vpc, group]);
    expect(unused).toBe(0);
  });

  test('whose imports are refused without a name is made again without guesses, then without any', async () => {
    const { planned, kept } = await plan([vpc, role], refusal('Unexpected format of ID'), refusal('It broke'), {});
    await expect(planned).resolves.toEqual({});
    expect(kept).toEqual([]);
  });

  test('fails as it does without imports', async () => {
    const expired = refusal('ExpiredToken', 'AWS_CREDENTIALS_EXPIRED');
    const { planned, kept } = await plan([vpc], expired);
    await expect(planned).rejects.toBe(expired);
    expect(kept).toEqual([vpc]);
    const broken = refusal('It broke');
    await expect((await plan([], broken)).planned).rejects.toBe(broken);
  });

  test('leaves what another has made under the same name, and says so', async () => {
    const document = { resource_changes: [taken(role, { Project: 'other' }), taken(group, own), taken(vpc, {})] };
    const { kept, events } = await plan([vpc, role, group], document, {});
    expect(kept).toEqual([vpc, group]);
    expect(events).toMatchObject([{ type: 'warning', problem: { code: 'NOT_TAKEN_OVER', path: role.to } }]);
  });
});
