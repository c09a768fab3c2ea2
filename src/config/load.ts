import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { createJiti, type Jiti } from 'jiti';
import { LandfallError, messageOf } from '../base/errors.js';
import { findConfig } from './find.js';
import { jsonFaultAt, positionAt } from './json-text.js';

export interface LoadedConfig {
  /** Absolute; paths of services are relative to its folder. */
  readonly file: string;
  /** What the file holds, not yet checked. */
  readonly input: unknown;
}

export interface LoadOptions {
  readonly cwd: string;
  /** The value of `--config`. */
  readonly file?: string | undefined;
  /** What `import … from 'landfall'` gives the config, wherever Landfall itself is installed. */
  readonly landfall?: object;
}

/** What `import … from 'landfall'` gives a config when the caller names nothing else. */
const publicModule = { defineProject: (project: unknown) => project };

/**
 * Finds and reads the config file.
 * @throws LandfallError when there is none, or it cannot be read
 */
export async function loadConfig({ cwd, file: given, landfall = publicModule }: LoadOptions): Promise<LoadedConfig> {
  const file = findConfig(cwd, given);
  return { file, input: extname(file) === '.json' ? await readJson(file) : await evaluate(file, landfall) };
}

async function readJson(file: string): Promise<unknown> {
  const text = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const { line, column } = positionAt(text, jsonFaultAt(text) ?? text.length);
    throw new LandfallError(
      {
        code: 'CONFIG_SYNTAX',
        message: `${basename(file)} is not JSON: line ${String(line)}, column ${String(column)}: ${jsonFault(text, line, column)}`,
        fix: 'Correct it there. JSON has no comments, no trailing commas, and double quotes only.',
        path: `${file}:${String(line)}:${String(column)}`,
      },
      { cause },
    );
  }
}

function jsonFault(text: string, line: number, column: number): string {
  const found = text.split('\n')[line - 1]?.[column - 1];
  return found === undefined ? 'the line ends too early.' : `${JSON.stringify(found)} is not expected there.`;
}

async function evaluate(file: string, landfall: object): Promise<unknown> {
  const jiti = createJiti(file, {
    moduleCache: false,
    interopDefault: false,
    fsCache: join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'landfall', 'config'),
    virtualModules: { landfall },
  });
  const source = await readFile(file, 'utf8');
  const input = await evaluated(jiti, source, file);
  if (input !== undefined) return input;
  throw new LandfallError({
    code: 'CONFIG_NO_DEFAULT_EXPORT',
    message: `${basename(file)} has no default export.`,
    fix: 'End it with `export default defineProject({ … });`.',
    path: file,
  });
}

/** Its default export. Reads the file as it is now: Node's own `import` would answer with what it read before. */
async function evaluated(jiti: Jiti, source: string, file: string): Promise<unknown> {
  try {
    return await defaultOf(await jiti.evalModule(source, { filename: file, async: true, forceTranspile: true }));
  } catch (cause) {
    throw evaluationError(file, cause);
  }
}

/** The default export, or all that a CommonJS module exports. */
function defaultOf(module: unknown): unknown {
  if (typeof module !== 'object' || module === null) return module;
  if ('default' in module) return module.default;
  return '__esModule' in module || Object.keys(module).length === 0 ? undefined : module;
}

function evaluationError(file: string, cause: unknown): LandfallError {
  const said = messageOf(cause);
  const syntax = /ParseError:\s*([\s\S]*?)\s*\n\s*(\S+):(\d+):(\d+)/.exec(said);
  if (syntax !== null || cause instanceof SyntaxError) {
    const [, what = said, where = file, line = '', column = ''] = syntax ?? [];
    const place = line === '' ? '' : `line ${line}, column ${String(Number(column) + 1)}: `;
    return new LandfallError(
      {
        code: 'CONFIG_SYNTAX',
        message: `${basename(where)} has a syntax error: ${place}${what}`,
        fix: 'Correct it there.',
        path: line === '' ? file : `${where}:${line}`,
      },
      { cause },
    );
  }
  const missing = /Cannot find (?:module|package) '([^'./][^']*)'/.exec(said);
  return new LandfallError(
    {
      code: 'CONFIG_THROWS',
      message: `${basename(file)} failed while it was read: ${said.split('\n')[0] ?? said}`,
      fix:
        missing === null
          ? 'Correct the code or the import that fails.'
          : `Install "${missing[1] ?? ''}", or correct the import.`,
      path: file,
    },
    { cause },
  );
}
