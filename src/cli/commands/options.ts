import { InvalidArgumentError, Option } from 'commander';
import type { CommonOptions } from '../io.js';

export interface LocalOptions extends CommonOptions {
  readonly local?: true;
  readonly portBase?: number;
  /** Seconds. */
  readonly taskStart?: number;
}

export const localOption = (): Option => new Option('--local', 'act on the local plane instead of AWS');

/** Twelve ports from the base are used. */
export const portBaseOption = (): Option =>
  new Option(
    '--port-base <port>',
    'first of the local plane’s twelve ports (default: that of the last deploy, else 4400)',
  ).argParser(portBase);

/** Imitates Fargate, where a task takes half a minute to start. */
export const taskStartOption = (): Option =>
  new Option(
    '--task-start <time>',
    'how long local tasks take to start after the deploy, when they wake or scale, such as 35s (default: as before, at first 0s)',
  ).argParser((text: string) => {
    const [, number, unit] = /^(\d{1,4})(s|m)$/.exec(text) ?? [];
    const seconds = Number(number) * (unit === 'm' ? 60 : 1);
    if (seconds <= 600) return seconds;
    throw new InvalidArgumentError('It is a time from 0s to 10m, such as 35s.');
  });

/** Until the plane stops. */
export const speedOption = (): Option =>
  new Option(
    '--speed <factor>',
    'with --local: how many times faster metrics, alarms, scaling and schedules run (1 to 3600; default: as before, at first 1)',
  ).argParser(speed);

function speed(text: string): number {
  const factor = Number(text);
  if (factor >= 1 && factor <= 3600) return factor;
  throw new InvalidArgumentError('It is a number from 1 to 3600.');
}

function portBase(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1024 && port <= 65_000) return port;
  throw new InvalidArgumentError('It is a whole number from 1024 to 65000.');
}
