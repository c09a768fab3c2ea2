import { inspect } from 'node:util';
import type { FoundPackage } from './detect.js';

export interface Answers {
  readonly project: string;
  readonly region: string;
  readonly domain: string;
  readonly packages: readonly FoundPackage[];
}

/** The text of a small `landfall.config.ts`. */
export function configText({ project, region, domain, packages }: Answers): string {
  const options = { depth: null, breakLength: Infinity, compact: true } as const;
  const services = packages.map((one, index) => `    ${key(one.name)}: ${inspect(serviceOf(one, index), options)},\n`);
  return `import { defineProject } from 'landfall';

export default defineProject({
  project: ${inspect(project)},
  region: ${inspect(region)},
  services: {
${services.join('')}  },
  environments: {
    dev: {
      domain: ${inspect(domain)},
      defaults: { tier: 'micro', minInstances: 0, maxInstances: 2 },
    },
  },
});
`;
}

const key = (name: string): string => (/^[a-z][a-z0-9]*$/.test(name) ? name : inspect(name));

function serviceOf({ name, path, type }: FoundPackage, index: number): object {
  switch (type) {
    case 'nestjs':
      return { type, path, port: 3001 + index, routes: [{ path: `/${name}` }] };
    case 'nextjs':
      return { type, path, port: 3001 + index, subdomain: name, runtime: 'fargate' };
    case 'spa':
      return { type, path, subdomain: name, outputDir: 'dist' };
  }
}

/** What must stay out of git: generated files and state, and files of secrets. */
const ignored = ['.landfall/', '.secrets.*'] as const;

/** `.gitignore` with the lines that are not there yet; the same text when nothing lacks. */
export function withIgnored(text: string): string {
  const lines = text.split(/\r?\n/);
  const missing = ignored.filter((line) => !lines.includes(line));
  if (missing.length === 0) return text;
  const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return `${start}${missing.join('\n')}\n`;
}
