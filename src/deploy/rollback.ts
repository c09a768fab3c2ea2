import { LandfallError } from '../base/errors.js';
import type { DeploymentRecord } from './records.js';

/** What a rollback would do. */
export interface Rollback {
  /** The deployment that is gone back to. */
  readonly record: DeploymentRecord;
  /** Sorted by service. */
  readonly changes: readonly {
    readonly service: string;
    /** Null where nobody knows what runs: after a deployment that did not come to its end. */
    readonly from: string | null;
    readonly to: string;
  }[];
}

export interface Wanted {
  /** Default: the newest deployment whose images, of these services, differ from those that run. */
  readonly id?: string | undefined;
  /** None: every service. */
  readonly services: readonly string[];
  /** Services that the config has with an image; what it no longer has is left. */
  readonly known: readonly string[];
  /** A deployment began after the newest record and did not come to its end: the newest is what is gone back to. */
  readonly unfinished: boolean;
}

/**
 * The images to deploy again. Services that did not exist then are left.
 * @param records newest first
 * @throws LandfallError `DEPLOYMENT_UNKNOWN`, `NOTHING_TO_ROLL_BACK`
 */
export function rollbackTo(records: readonly DeploymentRecord[], wanted: Wanted): Rollback {
  const { id, services } = wanted;
  const all = candidates(records, wanted);
  if (id !== undefined && !records.some((one) => one.id === id)) throw unknown(id, records);
  const found = all.find(({ record, changes }) => (id === undefined ? changes.length > 0 : record.id === id));
  if (found !== undefined && found.changes.length > 0) return found;
  throw new LandfallError({
    code: 'NOTHING_TO_ROLL_BACK',
    message: `No earlier deployment has other images${services.length > 0 ? ` of ${services.join(', ')}` : ''}.`,
    fix: 'landfall infra:rollback --list shows the deployments that there were.',
  });
}

function candidates(records: readonly DeploymentRecord[], wanted: Wanted): readonly Rollback[] {
  const { known, unfinished } = wanted;
  const services = wanted.services.length === 0 ? known : wanted.services.filter((one) => known.includes(one));
  const [latest, ...earlier] = records;
  if (!unfinished) return earlier.map((record) => ({ record, changes: changesBetween(latest, record, services) }));
  return records.map((record) => ({
    record,
    changes: imagesOf(record, services).map(({ service, digest }) => ({ service, from: null, to: digest })),
  }));
}

function imagesOf({ images }: DeploymentRecord, services: readonly string[]) {
  return Object.entries(images)
    .filter(([service]) => services.includes(service))
    .map(([service, { digest }]) => ({ service, digest }))
    .toSorted((a, b) => (a.service < b.service ? -1 : 1));
}

function changesBetween(
  latest: DeploymentRecord | undefined,
  record: DeploymentRecord,
  services: readonly string[],
): Rollback['changes'] {
  return imagesOf(record, services)
    .map(({ service, digest }) => ({ service, from: latest?.images[service]?.digest ?? null, to: digest }))
    .filter(({ from, to }) => from !== null && from !== to);
}

const unknown = (id: string, records: readonly DeploymentRecord[]): LandfallError =>
  new LandfallError({
    code: 'DEPLOYMENT_UNKNOWN',
    message: `There is no deployment ${id}.`,
    fix: `The newest are: ${records
      .slice(0, 5)
      .map((one) => one.id)
      .join(', ')}. landfall infra:rollback --list shows all.`,
  });
