import type { Problem } from '../../base/errors.js';
import type { Paint } from './paint.js';

/** Problems as a person reads them: what happened, where, and what to do. */
export function renderProblems(problems: readonly Problem[], paint: Paint): string {
  const title = problems.length > 1 ? `${paint.bold(`${String(problems.length)} problems`)}\n` : '';
  return `${title}${problems.map((problem) => renderOne(problem, paint)).join('\n')}\n`;
}

function renderOne({ code, message, fix, path }: Problem, paint: Paint): string {
  const lines = [
    `${paint.red('✗')} ${path === undefined ? '' : `${paint.bold(path)}: `}${message.replaceAll('\n', '\n    ')}`,
    `  ${paint.green('→')} ${fix}`,
    `  ${paint.dim(code)}`,
  ];
  return lines.join('\n');
}
