import type { AlarmState } from '../../../../local/contract/alarms.js';

export type MissingData = 'breaching' | 'ignore' | 'missing' | 'notBreaching';

/** When an alarm goes off. */
export interface Criteria {
  readonly evaluationPeriods: number;
  /** At most `evaluationPeriods`. */
  readonly datapointsToAlarm: number;
  readonly missingData: MissingData;
  readonly isBreaching: (value: number) => boolean;
}

/**
 * How many periods more than it evaluates an alarm looks back, for datapoints that are there when newer ones are not. AWS says only that there
 * are some; its own examples have two.
 */
const extraPeriods = 2;

/** How many periods an alarm looks at. */
export const evaluationRange = ({ evaluationPeriods }: Pick<Criteria, 'evaluationPeriods'>): number =>
  evaluationPeriods + extraPeriods;

/**
 * The state that the periods of the evaluation range call for; undefined when it stays as it is.
 * @param range one value for each period, oldest first; undefined where there is no datapoint
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html (read 2026-11-28; the two tables of examples not re-read)
 */
export function judge(range: readonly (number | undefined)[], criteria: Criteria): AlarmState | undefined {
  const { evaluationPeriods, datapointsToAlarm, missingData, isBreaching } = criteria;
  const real = range.filter((value) => value !== undefined).slice(-evaluationPeriods);
  const breaching = real.filter(isBreaching).length;
  const missing = evaluationPeriods - real.length;
  if (breaching >= datapointsToAlarm) return 'ALARM';
  if (missing === 0 || missingData === 'notBreaching') return 'OK';
  if (missingData === 'breaching') return breaching + missing >= datapointsToAlarm ? 'ALARM' : 'OK';
  if (breaching < real.length) return 'OK';
  if (missingData === 'ignore') return undefined;
  if (real.length === 0) return 'INSUFFICIENT_DATA';
  return isOldEnough(range.slice(-evaluationPeriods), criteria) ? 'ALARM' : undefined;
}

/** Against alarms too early: with all that is there breaching, the oldest of it must be as old as the datapoints that an alarm needs. */
function isOldEnough(window: readonly (number | undefined)[], { datapointsToAlarm }: Criteria): boolean {
  const oldest = window.findIndex((value) => value !== undefined);
  return oldest >= 0 && window.length - oldest >= datapointsToAlarm;
}
