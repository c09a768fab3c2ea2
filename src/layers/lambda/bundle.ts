import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LandfallError } from '../../base/errors.js';

/** A deployment package: the same code gives the same bytes on every machine. */
export interface Bundle {
  readonly zip: Uint8Array;
  /** As `source_code_hash` wants it. */
  readonly sha256Base64: string;
}

const made = new Map<string, Bundle>();

/** The functions, by the names that `scripts/build.mjs` gives them. */
export type FunctionName = 'database-init' | 'wake-up' | 'job-invoker';

/**
 * The package of one function, as `npm run build` made it in `dist/lambda/`.
 * @throws LandfallError `BUNDLE_MISSING`
 */
export function bundle(name: FunctionName): Bundle {
  const known = made.get(name);
  if (known !== undefined) return known;
  const zip = read(name);
  const result = { zip, sha256Base64: createHash('sha256').update(zip).digest('base64') };
  made.set(name, result);
  return result;
}

function read(name: FunctionName): Uint8Array {
  const file = fileURLToPath(new URL(`../../../dist/lambda/${name}.zip`, import.meta.url));
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new LandfallError(
      {
        code: 'BUNDLE_MISSING',
        message: `The bundle of the function ${name} is not built.`,
        fix: 'Run npm run build.',
        path: file,
      },
      { cause },
    );
  }
}
