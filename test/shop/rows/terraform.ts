import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTerraformJson } from '../../../src/stack/terraform-read.js';
import { findTerraform } from '../../harness/terraform.js';
import { landfallJson } from '../landfall.js';
import { expectTrue, type Row } from '../row.js';

/** Strings that a template language, a shell or JSON might take for its own. */
export const hostile =
  'a${x}b %{ if y } "quoted" \'single\' \\back\\ $${z} %%{w} $\nnew line\ttab `tick` 🎉 </script> ${';

export const singleService = {
  project: 'tiny',
  region: 'eu-west-1',
  services: {
    api: { type: 'nestjs', path: 'api', port: 3000, routes: [{ path: '/things' }], env: { HOSTILE: hostile } },
  },
  environments: { dev: { domain: 'tiny.example.org' } },
} as const;

async function validated(folder: string): Promise<void> {
  const terraform = await findTerraform();
  if (terraform === undefined) throw new Error('Terraform is absent.');
  await terraform.run(folder, 'init', '-input=false', '-backend=false');
  await terraform.run(folder, 'validate', '-no-color');
}

/** What `infra:generate` writes, to the real Terraform. */
export const terraformRows: readonly Row[] = [
  {
    name: 'Terraform accepts what infra:generate writes for the shop',
    needs: 'terraform',
    check: async (shop) => {
      const folder = await mkdtemp(join(tmpdir(), 'landfall-shop-'));
      try {
        const { resources } = await landfallJson<{ readonly resources: number }>(shop.folder, [
          'infra:generate',
          '--env',
          'dev',
          '--out',
          folder,
        ]);
        await validated(folder);
        return `${String(resources)} resources, “terraform validate” succeeded`;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  },
  {
    name: 'Terraform accepts a JSON config of one service without front end, and hostile strings survive literally',
    needs: 'terraform',
    check: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'landfall-tiny-'));
      try {
        await mkdir(join(folder, 'api'));
        await writeFile(join(folder, 'landfall.config.json'), JSON.stringify(singleService));
        const out = join(folder, 'out');
        const { resources } = await landfallJson<{ readonly resources: number }>(folder, [
          'infra:generate',
          '--env',
          'dev',
          '--out',
          out,
        ]);
        await validated(out);
        const stack = readTerraformJson(await readFile(join(out, 'main.tf.json'), 'utf8'));
        const task = stack.resources.find(
          (resource) => resource.type === 'aws_ecs_task_definition' && resource.name === 'api',
        );
        const text = JSON.stringify(
          (task?.args as { container_definitions: { parts: unknown } }).container_definitions.parts,
        );
        expectTrue(
          text.includes(JSON.stringify(JSON.stringify(hostile)).slice(3, -3)),
          'the hostile string is not in the task definition',
        );
        return `${String(resources)} resources, valid; the hostile string stands literally in the task definition`;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  },
];
