import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
// Functions run in real processes.
/* eslint-disable boundaries/dependencies */
import { realClock } from '../../../../local/clock.js';
import { freePort } from '../../../../local/ports.js';
import { createProcesses } from '../../../../local/process/processes.js';
/* eslint-enable boundaries/dependencies */
import type { LocalContext } from '../../../../local/contract/context.js';
import type { LocalFunction } from '../../../../local/contract/function.js';
import { createFakePlane, type FakePlane, type FakePlaneOptions } from '../../../../local/testing/fake-context.js';
import { lambdaFunction } from '../function.js';

/** A plane in memory whose functions run in real processes. */
export interface FunctionPlace {
  readonly plane: FakePlane;
  readonly folder: string;
  /** The context of an address, with the access to AWS that its functions get. */
  context(address: string): LocalContext;
  /** Deploys a function with this code, or this package. Its name is `shop-dev-<name>`. */
  deploy(name: string, code: string | Uint8Array, args?: object): Promise<LocalFunction>;
  close(): Promise<void>;
}

/** @param awsAccess where functions find AWS's API; may be told later */
export async function openFunctions(
  awsAccess: { current: LocalContext['awsAccess'] | undefined },
  options: FakePlaneOptions = {},
): Promise<FunctionPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-functions-'));
  const processes = createProcesses({ folder: join(folder, 'records'), logs: join(folder, 'logs') });
  const plane = createFakePlane({ ...options, folder });
  const context = (address: string): LocalContext => {
    const base = plane.context(address);
    return { ...base, processes, freePort, clock: realClock, awsAccess: awsAccess.current ?? base.awsAccess };
  };
  const deployed = new Set<string>();
  return {
    plane,
    folder,
    context,
    async deploy(name, code, args = {}) {
      const address = `aws_lambda_function.${name.replaceAll('-', '_')}`;
      const zip = typeof code === 'string' ? zipSync({ 'index.mjs': strToU8(code) }) : code;
      await mkdir(join(folder, 'artifact', 'lambda'), { recursive: true });
      await writeFile(join(folder, 'artifact', 'lambda', `${name}.zip`), zip);
      const resource = {
        address,
        type: 'aws_lambda_function',
        name,
        args: {
          function_name: `shop-dev-${name}`,
          filename: `lambda/${name}.zip`,
          source_code_hash: createHash('sha256').update(zip).digest('base64'),
          handler: 'index.handler',
          timeout: 30,
          memory_size: 256,
          ...args,
        },
      };
      plane.registry.applied.set(address, resource);
      plane.registry.remember(address, await lambdaFunction.apply(resource, context(address)));
      deployed.add(address);
      return plane.registry.connect(address, 'function');
    },
    async close() {
      for (const address of deployed)
        await lambdaFunction.stop?.({ address, type: 'aws_lambda_function', name: '', args: {} }, context(address));
      await processes.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
