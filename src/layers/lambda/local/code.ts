import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { LandfallError } from '../../../base/errors.js';

const require = createRequire(import.meta.url);

/**
 * Unpacks a deployment package into `folder`, which is made anew, beside the parts of the AWS SDK that it names: Lambda's own runtime
 * brings them, and here they are Landfall's.
 * @throws LandfallError `FUNCTION_CODE_UNREADABLE`
 */
export async function unpack(zip: string, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const files = await read(zip);
  for (const [path, content] of Object.entries(files)) {
    if (path.endsWith('/')) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const code = Object.entries(files).flatMap(([path, content]) =>
    /\.[cm]?js$/.test(path) ? [strFromU8(content)] : [],
  );
  await linkSdk(new Set(code.flatMap(packagesIn)), folder);
}

async function read(zip: string): Promise<Readonly<Record<string, Uint8Array>>> {
  try {
    const files = unzipSync(await readFile(zip));
    // A path that leads out of the folder is none of a package that Lambda would take.
    if (Object.keys(files).every((path) => !path.startsWith('/') && !path.split('/').includes('..'))) return files;
    throw new Error('A path in it leads out of its folder.');
  } catch (cause) {
    throw new LandfallError(
      {
        code: 'FUNCTION_CODE_UNREADABLE',
        message: `The deployment package ${zip} cannot be unpacked.`,
        fix: 'Run infra:deploy again, which writes it anew.',
        path: zip,
      },
      { cause },
    );
  }
}

const packagesIn = (code: string): readonly string[] =>
  [...code.matchAll(/["'`](@aws-sdk\/[a-z0-9-]+)["'`]/g)].map(([, name = '']) => name);

/** What Landfall does not have stays missing: the import then names it. */
async function linkSdk(packages: ReadonlySet<string>, folder: string): Promise<void> {
  for (const name of packages) {
    const found = folderOf(name);
    if (found === undefined) continue;
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(found, link, 'junction');
  }
}

function folderOf(name: string): string | undefined {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}
