import { Option } from 'commander';
import { z } from 'zod';
import { isEmpty, planLocal, type LocalPlan } from '../../local/deploy.js';
import type { CommandEntry } from './index.js';
import { localOption, portBaseOption, type LocalOptions } from './options.js';
import { awsPlanDocument, runAwsPlan } from './plan-aws.js';
import { openProject } from './project.js';

interface Options extends LocalOptions {
  readonly detailedExitcode?: true;
}

const planDocument = z.strictObject({
  changes: z.array(
    z.strictObject({ address: z.string(), action: z.enum(['create', 'update', 'replace', 'start', 'delete']) }),
  ),
  sites: z.array(z.string()),
  running: z.boolean(),
});

export const plan: CommandEntry = {
  name: 'infra:plan',
  description: 'Show what a deploy would do, and do nothing',
  document: z.union([planDocument, awsPlanDocument]),
  options: [localOption(), portBaseOption(), new Option('--detailed-exitcode', 'exit with 2 when changes are pending')],
  async run(given, io, emit) {
    const options = given as Options;
    if (options.local !== true) return runAwsPlan(options, io, emit);
    const { synthesis, folder } = await openProject(options, io);
    const planned = await planLocal({
      synthesis,
      projectFolder: folder,
      portBase: options.portBase,
      emit,
      signal: io.signal,
    });
    const pending = !isEmpty(planned);
    return {
      document: {
        changes: planned.changes.filter(({ action }) => action !== 'unchanged'),
        sites: planned.sites,
        running: planned.running,
      },
      text: renderPlan(planned),
      exitCode: pending && options.detailedExitcode === true ? 2 : 0,
    };
  },
};

const symbols = { create: '+', update: '~', replace: '±', start: '▸', delete: '-' } as const;

/** The changes as a list, and their count. */
export function renderPlan({ changes, sites, running }: LocalPlan): string {
  const lines = changes.flatMap(({ address, action }) =>
    action === 'unchanged' ? [] : [`  ${symbols[action]} ${address}`],
  );
  const uploads = sites.map((site) => `  ↑ ${site} (content)`);
  const total = lines.length + uploads.length;
  if (total === 0) return running ? 'Nothing would change.\n' : 'Nothing would change but that the plane starts.\n';
  const count = (action: keyof typeof symbols) =>
    `${String(changes.filter((change) => change.action === action).length)} to ${action}`;
  const summary = (Object.keys(symbols) as (keyof typeof symbols)[])
    .map(count)
    .filter((text) => !text.startsWith('0 '));
  return `${[...lines, ...uploads].join('\n')}\n${[...summary, ...(sites.length > 0 ? [`${String(sites.length)} to upload`] : [])].join(', ')}.\n`;
}
