import type { Config } from '../../config/config.js';
import type { SynthPart } from '../../stack/layer.js';
import type { Refs } from '../../stack/refs.js';
import { alarms } from './alarms.js';
import { budget } from './budget.js';
import { dashboard } from './dashboard.js';
import { logFilters } from './log-filters.js';
import { alarmTopic } from './topic.js';

/** Who is told, of what, and one page that shows it all. Log groups are emitted by the rooms whose logs they hold. */
export function synth(config: Config, refs: Refs): SynthPart {
  return {
    resources: [
      ...alarmTopic(config, refs),
      ...logFilters(config, refs),
      ...alarms(config, refs),
      dashboard(config, refs),
      ...budget(config, refs),
    ],
  };
}
