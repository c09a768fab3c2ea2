import { text, type LooseProject } from '../loose.js';
import { mistake, shown, type Mistake, type Place } from '../mistake.js';

/** Folders: relative, with `/`; a build output stays inside its service. */
export function pathMistakes({ services }: LooseProject): readonly Mistake[] {
  return services.flatMap(({ name, fields }) => [
    ...folder(fields['path'], ['services', name, 'path'], true),
    ...folder(fields['outputDir'], ['services', name, 'outputDir'], false),
  ]);
}

function folder(value: unknown, at: Place, mayLeave: boolean): readonly Mistake[] {
  const path = text(value);
  if (path === undefined || path === '') return [];
  const rule = mayLeave
    ? 'a folder relative to the config file, such as `services/api`, with `/`'
    : 'a folder inside the service, such as `dist`, with `/`';
  const wrong =
    path.startsWith('/') ||
    path.includes('\\') ||
    /^[A-Za-z]:/.test(path) ||
    path.includes('\0') ||
    (!mayLeave && path.split('/').includes('..'));
  return wrong
    ? [
        mistake(
          'CONFIG_INVALID_VALUE',
          at,
          `\`${String(at.at(-1))}\` is ${shown(path)}, not ${rule}.`,
          `Write ${rule}.`,
        ),
      ]
    : [];
}
