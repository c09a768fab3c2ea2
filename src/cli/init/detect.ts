import { getPackages } from '@manypkg/get-packages';
import { basename } from 'node:path';

/** A package of the project that Landfall could run. */
export interface FoundPackage {
  /** A service's name: that of its folder. */
  readonly name: string;
  /** Folder, relative to the project, with `/`. */
  readonly path: string;
  readonly type: 'nestjs' | 'nextjs' | 'spa';
}

interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The workspace's packages (npm, pnpm, yarn, or one alone) that use NestJS, Next.js or Vite, sorted by path. */
export async function detectPackages(folder: string): Promise<readonly FoundPackage[]> {
  const { packages, rootPackage } = await getPackages(folder).catch(() => ({ packages: [], rootPackage: undefined }));
  const all = packages.length > 0 ? packages : rootPackage === undefined ? [] : [rootPackage];
  return all
    .flatMap(({ dir, relativeDir, packageJson }) => {
      const type = typeOf(packageJson);
      const path = relativeDir.replaceAll('\\', '/');
      return type === undefined ? [] : [{ name: serviceName(basename(dir)), path: path === '' ? '.' : path, type }];
    })
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function typeOf({ dependencies = {}, devDependencies = {} }: PackageJson): FoundPackage['type'] | undefined {
  if ('@nestjs/core' in dependencies) return 'nestjs';
  if ('next' in dependencies) return 'nextjs';
  return 'vite' in dependencies || 'vite' in devDependencies ? 'spa' : undefined;
}

/** Lower case, digits and dashes, a letter first: what a service may be called. */
export function serviceName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '');
  return name === '' ? 'app' : name.slice(0, 20).replace(/-+$/, '');
}
