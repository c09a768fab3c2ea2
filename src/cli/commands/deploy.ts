import { Argument } from 'commander';
import { z } from 'zod';
import { findPlane } from '../../local/client.js';
import type { PlaneDescription } from '../../local/describe.js';
import { deployLocal, isEmpty } from '../../local/deploy.js';
import { planeDescription } from './plane-document.js';
import { renderTable } from '../render/table.js';
import { allowDataLossOption, unlockOption, yesOption } from './aws-target.js';
import { awsDeployDocument, awsDeployOptions, runAwsDeploy, type AwsDeployOptions } from './deploy-aws.js';
import type { CommandEntry } from './index.js';
import { localOption, portBaseOption, speedOption, taskStartOption } from './options.js';
import { openProject } from './project.js';

export const deploy: CommandEntry = {
  name: 'infra:deploy',
  description: 'Build, and make the environment what the config says',
  document: z.union([planeDescription, awsDeployDocument]),
  arguments: [new Argument('[service...]', 'only these, on AWS (default: everything)')],
  options: [
    localOption(),
    portBaseOption(),
    taskStartOption(),
    speedOption(),
    yesOption(),
    ...awsDeployOptions(),
    allowDataLossOption(),
    unlockOption(),
  ],
  async run(given, io, emit) {
    const options = given as AwsDeployOptions & { readonly speed?: number };
    if (options.local !== true) return runAwsDeploy(options, io, emit);
    const { synthesis, folder, planeFolders } = await openProject(options, io);
    const started = performance.now();
    const { description, plan } = await deployLocal({
      synthesis,
      projectFolder: folder,
      portBase: options.portBase,
      taskStartSeconds: options.taskStart,
      emit,
      signal: io.signal,
    });
    if (options.speed !== undefined) await (await findPlane(planeFolders))?.order('time', { speed: options.speed });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const title = isEmpty(plan)
      ? `No changes: everything runs as configured (${seconds} s).`
      : `Deployed in ${seconds} s.`;
    return { document: description, text: `${title}\n${renderAddresses(description)}` };
  },
};

/** Every address of the plane as a table. */
export function renderAddresses(description: PlaneDescription): string {
  const { endpoints, alb, buckets, postgres, redis, aws, caCertificate, trace } = description;
  const rows = [
    ...Object.entries(endpoints).map(([name, url]) => [name, url]),
    ...Object.entries(alb).map(([name, url]) => [`ALB ${name}`, url]),
    ...Object.entries(buckets).map(([name, url]) => [`bucket of ${name}`, url]),
    ...(postgres === null
      ? []
      : [
          [
            'PostgreSQL',
            `${postgres.host}:${String(postgres.port)} (${postgres.databases.map(({ name }) => name).join(', ')})`,
          ],
        ]),
    ...(redis === null ? [] : [['Redis', `${redis.host}:${String(redis.port)} (TLS)`]]),
    ['AWS API', aws.endpoint],
    ['traces', trace],
    ['certificate authority', caCertificate],
  ];
  return `${renderTable(['what', 'where'], rows)}\n`;
}
