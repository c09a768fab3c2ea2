import { DescribeServicesCommand, UpdateServiceCommand, type ECSClient } from '@aws-sdk/client-ecs';
import { messageOf } from '../../../base/errors.js';
import { wakeCount } from '../shared/services.js';
import { call } from './call.js';
import type { Clock } from './clock.js';

/**
 * Raises a service that stands at 0 to its wake count; leaves one that has more alone.
 * @returns whether it was raised
 * @throws Error when the cluster has no such active service
 */
export async function wakeService(ecs: ECSClient, cluster: string, name: string): Promise<boolean> {
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [name], include: ['TAGS'] }));
  const service = services?.[0];
  if (service?.status !== 'ACTIVE') {
    throw new Error(`The cluster ${cluster} has no active service ${name} (${service?.status ?? 'missing'}).`);
  }
  if (service.desiredCount !== 0) return false;
  await ecs.send(new UpdateServiceCommand({ cluster, service: name, desiredCount: wakeCount(service) }));
  return true;
}

const pollMs = 2000;
const probeTimeoutMs = 5000;

/** @throws Error with the last answer when there was no 200 before `untilMs` of the clock */
export async function waitUntilHealthy(
  url: string,
  headers: Readonly<Record<string, string>>,
  untilMs: number,
  clock: Clock,
): Promise<void> {
  const started = clock.now();
  for (;;) {
    const found = await probe(url, headers);
    if (found === '200') return;
    if (clock.now() + pollMs > untilMs) {
      const seconds = String(Math.round((clock.now() - started) / 1000));
      throw new Error(`The service was not healthy within ${seconds} seconds; its last answer: ${found}.`);
    }
    await clock.sleep(pollMs);
  }
}

/** The status, or why there was none. */
async function probe(url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  try {
    return String((await call({ method: 'GET', url, headers, timeoutMs: probeTimeoutMs })).status);
  } catch (error) {
    return messageOf(error);
  }
}
