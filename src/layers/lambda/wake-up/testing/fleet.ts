import { AwsError, type Operations } from '../../shared/testing/aws.js';

/** A service of the fake cluster. */
export interface FakeService {
  desiredCount: number;
  /** As many as wanted where nothing is said. */
  runningCount?: number;
  readonly status?: 'ACTIVE' | 'DRAINING';
  readonly tags?: Readonly<Record<string, string>>;
  /** Thrown, one by one, by `UpdateService`; then it works. */
  readonly refusals?: AwsError[];
}

const arnOf = (name: string) => `arn:aws:ecs:eu-central-1:123456789012:service/shop-dev/${name}`;
const nameOf = (service: string) => service.slice(service.lastIndexOf('/') + 1);

/** ECS with one cluster, `shop-dev`; refuses more than ten services a description, lists ten a page. */
export function ecsOperations(services: Readonly<Record<string, FakeService>>): Operations {
  const names = Object.keys(services);
  return {
    ListServices({ cluster, nextToken }) {
      if (cluster !== 'shop-dev') throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
      const start = Number(nextToken ?? 0);
      const end = start + 10;
      return {
        serviceArns: names.slice(start, end).map(arnOf),
        ...(end < names.length && { nextToken: String(end) }),
      };
    },
    DescribeServices({ services: asked, include }) {
      const wanted = (asked as readonly string[]).map(nameOf);
      if (wanted.length > 10) {
        throw new AwsError('InvalidParameterException', 'Services cannot have more than 10 elements.');
      }
      const tagged = (include as readonly string[] | undefined)?.includes('TAGS') === true;
      return {
        services: wanted.flatMap((name) => describe(name, services[name], tagged)),
        failures: wanted
          .filter((name) => services[name] === undefined)
          .map((name) => ({ arn: arnOf(name), reason: 'MISSING' })),
      };
    },
    UpdateService({ service, desiredCount }) {
      const found = services[nameOf(String(service))];
      if (found === undefined) throw new AwsError('ServiceNotFoundException', 'Service not found.');
      const refusal = found.refusals?.shift();
      if (refusal !== undefined) throw refusal;
      found.desiredCount = Number(desiredCount);
      return { service: {} };
    },
  };
}

function describe(name: string, service: FakeService | undefined, tagged: boolean): readonly object[] {
  if (service === undefined) return [];
  const { desiredCount, runningCount = desiredCount, status = 'ACTIVE', tags = {} } = service;
  return [
    {
      serviceArn: arnOf(name),
      serviceName: name,
      status,
      desiredCount,
      runningCount,
      ...(tagged && { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) }),
    },
  ];
}
