import { identifier } from '../../base/names.js';
import type { Waiting } from '../../base/waiting.js';
import { viewOf } from '../../stack/view.js';
import { limitAppRunnerLogs } from '../logs/app-runner.js';
import type { RecordedImage } from '../records.js';
import { taskDefinitionOf, type Deployed } from '../run/stages.js';
import { clusterOf } from '../services/names.js';
import { waitForAppRunner } from './app-runner.js';
import { waitForEcs } from './ecs.js';

/**
 * Waits until each of these images runs, wherever its service runs.
 * @param images by service
 * @param since when the deployment began, in milliseconds since 1970
 */
export async function rollOut(
  { target, state }: Deployed,
  images: Readonly<Record<string, RecordedImage>>,
  since: number,
  waiting: Waiting,
): Promise<void> {
  const { session, emit, synthesis } = target;
  const view = viewOf(synthesis.stack);
  const names = Object.keys(images);
  const services = names.flatMap((service) => {
    const found = view.get(`aws_ecs_service.${identifier(service)}`);
    if (found === undefined) return [];
    const taskDefinition = state.text(taskDefinitionOf(service), 'arn');
    return [{ service, name: String(found.args.name), taskDefinition }];
  });
  const appRunner = names.flatMap((service) => {
    const address = `aws_apprunner_service.${identifier(service)}` as const;
    if (view.get(address) === undefined) return [];
    return [{ service, arn: state.text(address, 'arn'), digest: images[service]?.digest ?? '' }];
  });
  await Promise.all([
    waitForEcs({ session, cluster: clusterOf(synthesis.stack), services, emit, waiting }),
    waitForAppRunner({ session, services: appRunner, since, emit, waiting }),
  ]);
  await limitAppRunnerLogs(
    session,
    synthesis.stack,
    appRunner.map(({ arn }) => arn),
  );
}
