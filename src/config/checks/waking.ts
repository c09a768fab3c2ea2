import { fields, type LooseProject } from '../loose.js';
import { mistake, shown, type Mistake } from '../mistake.js';

/** Keys that say how long and how many requests are held, where none is. */
export function wakingMistakes({ environments }: LooseProject): readonly Mistake[] {
  return environments.flatMap(({ name, fields: environment }) => {
    const wake = fields(environment['wake']);
    if (wake['mode'] === 'hold') return [];
    return ['holdSeconds', 'maxHeld']
      .filter((key) => wake[key] !== undefined)
      .map((key) =>
        mistake(
          'CONFIG_NOT_APPLICABLE',
          ['environments', name, 'wake', key],
          `\`${key}\` is ${shown(wake[key])}, but \`mode\` is ${shown(wake['mode'] ?? 'retry')}: no request is held.`,
          'Set `mode` to "hold", or remove it.',
        ),
      );
  });
}
