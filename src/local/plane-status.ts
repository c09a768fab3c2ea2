import type { AlarmState } from './contract/alarms.js';
import type { Registry } from './registry.js';

/** A service as status shows it. */
export interface PlaneService {
  readonly address: string;
  /** 0: it sleeps. */
  readonly desired: number;
  readonly tasks: readonly { readonly id: string; readonly pid: number | undefined; readonly health: string }[];
}

/** An alarm as status shows it. */
export interface PlaneAlarm {
  readonly name: string;
  readonly state: AlarmState;
  readonly reason: string;
  /** ISO 8601, by the plane's cloud clock. */
  readonly since: string;
}

export function servicesOf(registry: Registry): readonly PlaneService[] {
  return registry.providers('service').map((address) => {
    const service = registry.connect(address, 'service');
    return { address, desired: service.desiredCount, tasks: service.tasks() };
  });
}

export function alarmsOf(registry: Registry): readonly PlaneAlarm[] {
  return registry.providers('alarm').map((address) => {
    const { name, state, reason, since } = registry.connect(address, 'alarm');
    return { name, state, reason, since: new Date(since).toISOString() };
  });
}
