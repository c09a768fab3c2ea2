import { z } from 'zod';
import { awsInput, AwsError, type AwsApi } from '../../../../local/contract/aws-api.js';
import type { LocalContext } from '../../../../local/contract/context.js';
import type { LiveService } from '../live-service.js';
import { liveService } from '../service.js';
import { clusters, definitionsOf, type Cluster } from './cluster.js';
import { definitionFrom, describeDefinition, findDefinition, type Definition } from './definitions.js';
import { describeService, serviceArn, tagsOf } from './describe.js';
import { pageOf, pageSchema } from './pages.js';
import { taskOperations } from './task-operations.js';

const inCluster = z.object({ cluster: z.string().default('default') });
const many = inCluster.extend({ services: z.array(z.string()).min(1), include: z.array(z.string()).default([]) });
const update = inCluster.extend({
  service: z.string(),
  desiredCount: z.int().min(0).optional(),
  taskDefinition: z.string().optional(),
  forceNewDeployment: z.boolean().default(false),
});

/** Most services of one `DescribeServices`. @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html (not re-read) */
const mostDescribed = 10;

/** What of ECS the local endpoint answers. */
export const ecsApi: AwsApi = {
  service: 'ecs',
  operations: {
    ListServices: (input, { ctx }) => {
      const { cluster, ...page } = read(inCluster.extend(pageSchema(10)), input);
      const found = clusterNamed(cluster, ctx);
      const arns = services(ctx).map(({ name }) => serviceArn(found, name, ctx));
      const { items, nextToken } = pageOf(arns, page);
      return Promise.resolve({ serviceArns: items, nextToken });
    },
    DescribeServices: (input, { ctx }) => {
      const { cluster, services: wanted, include } = read(many, input);
      if (wanted.length > mostDescribed) throw invalid('services can have at most 10 elements.');
      const found = clusterNamed(cluster, ctx);
      const described = wanted.map((name) => ({ name, entry: entryOf(name, ctx) }));
      return Promise.resolve({
        services: described.flatMap(({ entry }) =>
          entry === undefined ? [] : [describe(entry, found, ctx, include.includes('TAGS'))],
        ),
        failures: described.flatMap(({ name, entry }) =>
          entry === undefined ? [{ arn: serviceArn(found, shortName(name), ctx), reason: 'MISSING' }] : [],
        ),
      });
    },
    UpdateService: (input, { ctx }) => {
      const { cluster, service, desiredCount, taskDefinition, forceNewDeployment } = read(update, input);
      const found = clusterNamed(cluster, ctx);
      const entry = entryOf(service, ctx);
      if (entry === undefined) throw new AwsError('ServiceNotFoundException', 'Service not found.');
      const definition = taskDefinition === undefined ? undefined : definitionNamed(taskDefinition, ctx);
      if (desiredCount !== undefined) entry.live.scaleTo(desiredCount);
      const isNew = definition !== undefined && definition.arn !== entry.live.history.primary?.taskDefinition;
      if (isNew || forceNewDeployment)
        void entry.live.redeploy?.(definition?.arn ?? entry.live.history.primary?.taskDefinition);
      return Promise.resolve({ service: describe(entry, found, ctx, true) });
    },
    DescribeClusters: (input, { ctx }) => {
      const { clusters: wanted } = read(z.object({ clusters: z.array(z.string()).default(['default']) }), input);
      const found = clusters(ctx).filter(({ name, arn }) => wanted.includes(name) || wanted.includes(arn));
      return Promise.resolve({ clusters: found.map((each) => describeCluster(each, ctx)), failures: [] });
    },
    ListClusters: (_input, { ctx }) => Promise.resolve({ clusterArns: clusters(ctx).map(({ arn }) => arn) }),
    ListTagsForResource: (input, { ctx }) => {
      const { resourceArn } = read(z.object({ resourceArn: z.string() }), input);
      const entry = entryOf(resourceArn, ctx);
      if (entry === undefined) throw invalid('The specified resource is not a service of this cluster.');
      return Promise.resolve({ tags: tagsOf(ctx.argumentsOf(entry.address)) });
    },
    RegisterTaskDefinition: (input, { ctx }) => {
      const [cluster] = clusters(ctx);
      if (cluster === undefined) throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
      const { tags: _tags, ...definition } = input;
      const made = definitionFrom(definition, definitionsOf(ctx), ctx);
      cluster.registered.add(made);
      return Promise.resolve({ taskDefinition: describeDefinition(made) });
    },
    DescribeTaskDefinition: (input, { ctx }) => {
      const { taskDefinition } = read(z.object({ taskDefinition: z.string() }), input);
      return Promise.resolve({ taskDefinition: describeDefinition(definitionNamed(taskDefinition, ctx)) });
    },
    ListTaskDefinitions: (input, { ctx }) => {
      const schema = z.object({ familyPrefix: z.string().optional(), sort: z.enum(['ASC', 'DESC']).default('ASC') });
      const { familyPrefix, sort, ...page } = read(schema.extend(pageSchema(100)), input);
      const arns = definitionsOf(ctx)
        .filter(({ family }) => familyPrefix === undefined || family === familyPrefix)
        .sort((one, other) => one.family.localeCompare(other.family) || one.revision - other.revision)
        .map(({ arn }) => arn);
      const { items, nextToken } = pageOf(sort === 'ASC' ? arns : arns.toReversed(), page);
      return Promise.resolve({ taskDefinitionArns: items, nextToken });
    },
    ...taskOperations({ clusterNamed, definitionNamed }),
  },
};

const read = <T extends z.ZodType>(schema: T, input: unknown) => awsInput(schema, input, 'InvalidParameterException');
const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message);

interface Entry {
  readonly name: string;
  readonly address: string;
  readonly live: LiveService;
}

const services = (ctx: LocalContext): readonly Entry[] =>
  ctx.providers('service').flatMap((address) => {
    const live = liveService(ctx, address);
    const name = ctx.argumentsOf(address)?.['name'];
    return live === undefined || typeof name !== 'string' ? [] : [{ name, address, live }];
  });

/** `…:service/cluster/name` → `name`. */
const shortName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

const entryOf = (name: string, ctx: LocalContext): Entry | undefined =>
  services(ctx).find((entry) => entry.name === shortName(name));

const describe = ({ name, live, address }: Entry, cluster: Cluster, ctx: LocalContext, withTags: boolean) =>
  describeService(name, live, ctx.argumentsOf(address), cluster, ctx, withTags);

function clusterNamed(name: string, ctx: LocalContext): Cluster {
  const found = clusters(ctx).find((cluster) => cluster.name === name || cluster.arn === name);
  if (found === undefined) throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
  return found;
}

function definitionNamed(name: string, ctx: LocalContext): Definition {
  const found = findDefinition(name, definitionsOf(ctx));
  if (found === undefined) throw new AwsError('ClientException', `Unable to describe task definition ${name}.`);
  return found;
}

function describeCluster(cluster: Cluster, ctx: LocalContext): object {
  const counts = services(ctx).map(({ live }) => live.counts());
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: 'ACTIVE',
    activeServicesCount: counts.length,
    runningTasksCount: counts.reduce((sum, { running }) => sum + running, 0),
    pendingTasksCount: counts.reduce((sum, { pending }) => sum + pending, 0),
  };
}
