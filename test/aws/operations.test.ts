import { afterAll, beforeAll, describe } from 'vitest';
import { findEmulator } from '../harness/emulator.js';
import { openOperations, type Operations } from '../harness/operations.js';
import { findTerraform, requireOnCi } from '../harness/terraform.js';
import { firstDeploy } from './operations/first-deploy.js';
import { newImages } from './operations/new-images.js';
import { secrets } from './operations/secrets.js';
import { traces } from './operations/traces.js';

const terraform = await findTerraform();
requireOnCi('terraform', terraform);
const found = await findEmulator();
requireOnCi(`The AWS emulator (${found.reason ?? ''})`, found.startEmulator);
const absent = terraform === undefined ? 'Terraform is absent' : found.reason;
const title = `a deployed project, operated on an AWS emulator${absent === undefined ? '' : ` (skipped: ${absent})`}`;

/** The command lines run one after the other, each from where the one before ended. */
describe.skipIf(absent !== undefined)(title, () => {
  let operations: Operations;
  const opened = () => operations;

  beforeAll(async () => {
    operations = await openOperations(found, terraform);
  });

  afterAll(() => operations.close());

  firstDeploy(opened);
  newImages(opened);
  secrets(opened);
  traces(opened);
});
