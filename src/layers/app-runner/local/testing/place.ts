import type { LocalContext, RunningTask, TaskRuntime, TaskSpec } from '../../../../local/contract/context.js';
import type { Handler, HttpRequest, HttpResponse } from '../../../../local/contract/http.js';
import { createFakePlane, type FakePlane } from '../../../../local/testing/fake-context.js';
import { plain } from '../../../../local/testing/fake-request.js';
import type { Attributes, LocalBehaviour } from '../../../../stack/layer.js';
import { appRunnerService, scalingConfiguration } from '../service.js';

/** An instance as a test sees and steers it. */
export interface FakeInstance {
  readonly spec: TaskSpec;
  /** Requests that are no health checks. */
  readonly got: HttpRequest[];
  /** Paths of the health checks. */
  readonly checks: string[];
  /** Status of a health check; undefined: no answer. */
  health: number | undefined;
  answer: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;
  stopped: boolean;
  end(message: string): void;
}

/** A plane with the service `web` of App Runner. */
export interface Place {
  readonly plane: FakePlane;
  /** Those that run or ran, oldest first. */
  readonly instances: FakeInstance[];
  /** How new instances are. */
  readonly next: { health: number | undefined };
  /** Deploys; time passes until it is done. */
  deploy(change?: Change): Promise<Attributes>;
  stop(): Promise<void>;
  /** As CloudFront and the internet reach it. */
  readonly front: Handler;
}

export interface Change {
  readonly digest?: string;
  readonly instances?: number;
  readonly check?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

export const serviceAddress = 'aws_apprunner_service.web';
export const serviceHost = 'web.eu-central-1.awsapprunner.localhost';

export function createPlace(): Place {
  const instances: FakeInstance[] = [];
  const next: Place['next'] = { health: 200 };
  const runtime: TaskRuntime = { start: (spec) => Promise.resolve(startFake(spec, instances, next.health)) };
  const plane = createFakePlane({
    runtimes: { next: runtime },
    manifest: { region: 'eu-central-1', images: [image] },
  });
  plane.registry.remember(image.repository, { repository_url: 'registry/web' });
  // A plane has one of these; a fake one makes them anew.
  const { processes } = plane.context('x');
  const apply = async (rule: LocalBehaviour, address: string, args: Readonly<Record<string, unknown>>) => {
    const ctx: LocalContext = { ...plane.context(address, plane.registry.attributes.get(address)), processes };
    const [type = '', name = ''] = address.split('.');
    const resource = { address, type, name, args };
    plane.registry.applied.set(address, resource);
    const attributes = await whileTimePasses(plane, rule.apply(resource, ctx));
    plane.registry.remember(address, attributes);
    return attributes;
  };
  return {
    plane,
    instances,
    next,
    async deploy(change = {}) {
      const size = { auto_scaling_configuration_name: 'shop-dev-web', min_size: change.instances ?? 1 };
      const { arn } = await apply(scalingConfiguration, 'aws_apprunner_auto_scaling_configuration_version.web', size);
      return apply(appRunnerService, serviceAddress, argumentsOf(change, arn));
    },
    stop: async () => {
      const resource = { address: serviceAddress, type: 'aws_apprunner_service', name: 'web', args: {} };
      await appRunnerService.stop?.(resource, { ...plane.context(serviceAddress), processes });
    },
    get front() {
      return plane.listening('app-runner');
    },
  };
}

const image = {
  service: 'web',
  kind: 'nextjs',
  runtime: 'process',
  repository: 'aws_ecr_repository.web',
  variable: 'image_web',
  context: 'apps/web',
  start: 'node server.js',
} as const;

const argumentsOf = ({ digest = 'sha256:1', check, secrets }: Change, scaling: unknown) => ({
  service_name: 'shop-dev-web',
  auto_scaling_configuration_arn: scaling,
  source_configuration: [
    {
      image_repository: [
        {
          image_identifier: `registry/web@${digest}`,
          image_configuration: [
            {
              port: '3000',
              runtime_environment_variables: { NODE_ENV: 'production', API_URL: 'https://api.shop.localhost' },
              ...(secrets !== undefined && { runtime_environment_secrets: secrets }),
            },
          ],
        },
      ],
    },
  ],
  ...(check !== undefined && { health_check_configuration: [check] }),
});

/** In steps of 50 ms, up to 100 s. */
async function whileTimePasses<T>(plane: FakePlane, work: Promise<T>): Promise<T> {
  const state = { done: false };
  const leave = () => void (state.done = true);
  work.then(leave, leave);
  for (let turn = 0; turn < 2000 && !state.done; turn += 1) await plane.clock.advance(50);
  return work;
}

function startFake(spec: TaskSpec, instances: FakeInstance[], health: number | undefined): RunningTask {
  let ended: (exit: { readonly message: string }) => void = () => undefined;
  const exited = new Promise<{ readonly message: string }>((resolve) => (ended = resolve));
  const fake: FakeInstance = {
    spec,
    got: [],
    checks: [],
    health,
    answer: () => plain(200, spec.id),
    stopped: false,
    end: (message) => ended({ message }),
  };
  instances.push(fake);
  const asked = (request: (request: HttpRequest) => Promise<HttpResponse>): Handler => ({
    request,
    upgrade: () => Promise.reject(new Error('No upgrade expected.')),
  });
  return {
    id: spec.id,
    pid: instances.length,
    handler: asked(async (request) => {
      fake.got.push(request);
      return fake.answer(request);
    }),
    healthHandler: asked((request) => {
      fake.checks.push(request.target);
      return fake.health === undefined
        ? Promise.reject(new Error('Nobody answers.'))
        : Promise.resolve(plain(fake.health, ''));
    }),
    lastLines: () => ['its last line'],
    exited,
    stop: () => {
      fake.stopped = true;
      ended({ message: 'stopped' });
      return Promise.resolve();
    },
  };
}
