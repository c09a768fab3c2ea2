import { inert, type Layer } from '../../stack/layer.js';
import { schedule } from './local/schedule.js';
import { synth } from './synth.js';

/** Scheduled jobs. */
export const jobs: Layer<
  | 'aws_lambda_function_event_invoke_config'
  | 'aws_scheduler_schedule'
  | 'aws_scheduler_schedule_group'
  | 'aws_sqs_queue'
> = {
  name: 'jobs',
  synth,
  cost: {
    aws_lambda_function_event_invoke_config: 'free',
    aws_scheduler_schedule: 'unpriced',
    aws_scheduler_schedule_group: 'free',
    aws_sqs_queue: 'unpriced',
  },
  audit: [],
  local: {
    aws_lambda_function_event_invoke_config: inert('Functions read it: how often they try again.'),
    aws_scheduler_schedule: schedule,
    aws_scheduler_schedule_group: inert('Schedules name it.', ({ args }) => ({ name: args['name'] })),
    aws_sqs_queue: inert('What failed for good is in the logs.', ({ args }) => ({ name: args['name'] })),
  },
};
