import { z } from 'zod';
import type { Tier } from '../../config/config.js';

/** The specification's tiers; CPU in units of 1/1024 vCPU. */
export const tiers: Readonly<Record<Tier, { readonly cpu: number; readonly memoryMiB: number }>> = {
  micro: { cpu: 256, memoryMiB: 512 },
  small: { cpu: 512, memoryMiB: 1024 },
  medium: { cpu: 1024, memoryMiB: 2048 },
  large: { cpu: 2048, memoryMiB: 4096 },
};

export const taskDefaults = {
  tier: 'micro',
  minInstances: 1,
  maxInstances: 4,
  scaling: { cpuPercent: 70, requestsPerTarget: 1000 },
  architecture: 'x86_64',
  spot: false,
} as const;

export const healthCheckPathDefault = '/health';
export const execDefault = false;

/** Port of a `nextjs` or `worker` service that names none. */
export const portDefault = 3000;

/** What a service's own entry and an environment may say. */
const placement = {
  architecture: z
    .enum(['x86_64', 'arm64'])
    .optional()
    .meta({ description: 'Processor.', default: taskDefaults.architecture }),
  spot: z
    .boolean()
    .optional()
    .meta({ description: 'Fargate Spot: cheaper, may be interrupted.', default: taskDefaults.spot }),
};

/** Size and count of tasks: an environment's `defaults`, and its `services.<name>`. */
export const taskOptions = {
  tier: z.enum(['micro', 'small', 'medium', 'large']).optional().meta({
    description: 'CPU and memory: micro 0.25 vCPU/0.5 GB, small 0.5/1, medium 1/2, large 2/4.',
    default: taskDefaults.tier,
  }),
  minInstances: z
    .int()
    .min(0)
    .max(1000)
    .optional()
    .meta({ description: 'Fewest tasks; 0 lets a `nestjs` service sleep.', default: taskDefaults.minInstances }),
  maxInstances: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .meta({ description: 'Most tasks.', default: taskDefaults.maxInstances }),
  scaling: z
    .strictObject({
      cpuPercent: z
        .int()
        .min(1)
        .max(100)
        .optional()
        .meta({ description: 'Average CPU to keep.', default: taskDefaults.scaling.cpuPercent }),
      requestsPerTarget: z
        .int()
        .min(1)
        .optional()
        .meta({ description: 'Requests a minute and task to keep.', default: taskDefaults.scaling.requestsPerTarget }),
    })
    .optional()
    .describe('When tasks are added.'),
  ...placement,
};

const port = () => z.int().min(1).max(65535);

/** ECS's keys of any service that runs as tasks. */
export const taskKeys = {
  start: z
    .string()
    .min(1)
    .optional()
    .describe('Command line that starts it. Default: `node dist/main.js`; `nextjs`: `node server.js`.'),
  ...placement,
};

/** The port of a service that must name one. */
export const portKeys = { port: port().describe('Port that it listens on; it gets it as `PORT`.') };

/** The port of a service that may leave it out. */
export const optionalPortKeys = {
  port: port().optional().meta({ description: 'Port that it listens on; it gets it as `PORT`.', default: portDefault }),
};

/** The health check of a service behind a load balancer. */
export const healthCheckKeys = {
  healthCheckPath: z
    .string()
    .max(1024)
    .regex(/^\/[!-~]*$/, 'a path such as `/health`, starting with `/`, without spaces')
    .optional()
    .meta({ description: 'Path that answers 200 when it is healthy.', default: healthCheckPathDefault }),
};

/** ECS's keys of an environment. */
export const execKeys = {
  exec: z
    .boolean()
    .optional()
    .meta({ description: 'ECS Exec: an interactive shell in a task is allowed.', default: execDefault }),
};
