import { LandfallError } from '../../base/errors.js';
import type { Stack } from '../../stack/stack.js';
import { viewOf } from '../../stack/view.js';
import { runningNames, type RunningName } from '../services/names.js';

/** Name of the function that wakes and puts to sleep. @throws LandfallError `NOTHING_SLEEPS` when the Stack has none */
export function wakeUpFunctionOf(stack: Stack): string {
  const name = viewOf(stack).get('aws_lambda_function.wake_up')?.args.function_name;
  if (typeof name === 'string') return name;
  throw new LandfallError({
    code: 'NOTHING_SLEEPS',
    message: `No service of ${stack.environment} can sleep: each has at least one instance.`,
    fix: 'Set minInstances to 0 for services that may sleep, and deploy.',
  });
}

/** The services that sleep when nothing asks for them. */
function sleepersOf(stack: Stack): readonly RunningName[] {
  const view = viewOf(stack);
  return runningNames(stack).filter(
    ({ address }) => view.get(`aws_cloudwatch_metric_alarm.${address.split('.')[1] ?? ''}_idle`) !== undefined,
  );
}

/** Those with these names; all when there is none. @throws LandfallError `SERVICE_NEVER_SLEEPS` for one that cannot sleep or is not there */
export function chosenSleepers(stack: Stack, names: readonly string[]): readonly RunningName[] {
  const all = sleepersOf(stack);
  const wrong = names.find((name) => !all.some(({ service }) => service === name));
  if (wrong === undefined) return names.length === 0 ? all : all.filter(({ service }) => names.includes(service));
  throw new LandfallError({
    code: 'SERVICE_NEVER_SLEEPS',
    message: `There is no service ${wrong} that can sleep in ${stack.environment}.`,
    fix: `These can: ${all.map(({ service }) => service).join(', ')}.`,
    path: `services.${wrong}`,
  });
}
