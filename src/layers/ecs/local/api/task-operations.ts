import { z } from 'zod';
import { awsInput, AwsError, type AwsApi } from '../../../../local/contract/aws-api.js';
import type { LocalContext } from '../../../../local/contract/context.js';
import type { Cluster } from './cluster.js';
import type { Definition } from './definitions.js';
import { describeTask, taskArn } from './describe.js';
import { pageOf, pageSchema } from './pages.js';
import { runTask } from './run-task.js';
import type { TaskRecord } from './task-ledger.js';

export interface Lookup {
  readonly clusterNamed: (name: string, ctx: LocalContext) => Cluster;
  readonly definitionNamed: (name: string, ctx: LocalContext) => Definition;
}

const inCluster = z.object({ cluster: z.string().default('default') });
const pair = z.object({ name: z.string(), value: z.string() });
const run = inCluster.extend({
  taskDefinition: z.string(),
  count: z.int().min(1).max(10).default(1),
  startedBy: z.string().optional(),
  group: z.string().optional(),
  overrides: z
    .object({
      containerOverrides: z
        .array(
          z.object({
            name: z.string(),
            command: z.array(z.string()).optional(),
            environment: z.array(pair).default([]),
          }),
        )
        .default([]),
    })
    .default({ containerOverrides: [] }),
});
const list = inCluster.extend({
  serviceName: z.string().optional(),
  family: z.string().optional(),
  startedBy: z.string().optional(),
  desiredStatus: z.enum(['RUNNING', 'PENDING', 'STOPPED']).default('RUNNING'),
  ...pageSchema(100),
});

/** Tasks: run, stopped, listed and described. */
export const taskOperations = ({ clusterNamed, definitionNamed }: Lookup): AwsApi['operations'] => ({
  RunTask: async (input, { ctx }) => {
    const { cluster, taskDefinition, count, overrides, ...rest } = read(run, input);
    const found = clusterNamed(cluster, ctx);
    const definition = definitionNamed(taskDefinition, ctx);
    const [override] = overrides.containerOverrides;
    const started = await Promise.all(
      Array.from({ length: count }, () => runTask({ definition, override, ...rest }, found, ctx)),
    );
    return { tasks: started.map((task) => describeTask(task, found, ctx)), failures: [] };
  },
  StopTask: (input, { ctx }) => {
    const schema = inCluster.extend({ task: z.string(), reason: z.string().default('Task stopped by user') });
    const { cluster, task, reason } = read(schema, input);
    const found = clusterNamed(cluster, ctx);
    const record = found.tasks.get(idOf(task));
    if (record === undefined) throw new AwsError('InvalidParameterException', 'The referenced task was not found.');
    // It stops in its own time, as on AWS.
    void found.tasks.stop(record, reason);
    return Promise.resolve({ task: describeTask(record, found, ctx) });
  },
  ListTasks: (input, { ctx }) => {
    const { cluster, serviceName, family, startedBy, desiredStatus, ...page } = read(list, input);
    const found = clusterNamed(cluster, ctx);
    const fits = (task: TaskRecord) =>
      task.desiredStatus === desiredStatus &&
      (serviceName === undefined || task.group === `service:${idOf(serviceName)}`) &&
      (family === undefined || task.taskDefinition.includes(`:task-definition/${family}:`)) &&
      (startedBy === undefined || task.startedBy === startedBy);
    const { items, nextToken } = pageOf(found.tasks.all().filter(fits), page);
    return Promise.resolve({ taskArns: items.map(({ id }) => taskArn(found, id, ctx)), nextToken });
  },
  DescribeTasks: (input, { ctx }) => {
    const { cluster, tasks } = read(inCluster.extend({ tasks: z.array(z.string()).min(1).max(100) }), input);
    const found = clusterNamed(cluster, ctx);
    const records = tasks.map((arn) => ({ arn, record: found.tasks.get(idOf(arn)) }));
    return Promise.resolve({
      tasks: records.flatMap(({ record }) => (record === undefined ? [] : [describeTask(record, found, ctx)])),
      failures: records.flatMap(({ arn, record }) => (record === undefined ? [{ arn, reason: 'MISSING' }] : [])),
    });
  },
});

const read = <T extends z.ZodType>(schema: T, input: unknown) => awsInput(schema, input, 'InvalidParameterException');

/** `…:task/cluster/id` → `id`. */
const idOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
