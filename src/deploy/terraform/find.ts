import { execa } from 'execa';
import { LandfallError } from '../../base/errors.js';

/** A Terraform or OpenTofu that is new enough. */
export interface FoundTerraform {
  /** Program name or path. */
  readonly file: string;
  readonly product: 'Terraform' | 'OpenTofu';
  /** Such as `1.11.4`. */
  readonly version: string;
}

/** Write-only arguments and the state's own lock files in S3 need it. */
const oldest = [1, 11] as const;

/**
 * The program that `LANDFALL_TERRAFORM` names, else `terraform`, else `tofu` on the PATH.
 * @throws LandfallError `TERRAFORM_MISSING`, `TERRAFORM_TOO_OLD`
 */
export async function findTerraform(env: Readonly<Record<string, string | undefined>>): Promise<FoundTerraform> {
  const named = env['LANDFALL_TERRAFORM'];
  const candidates = named === undefined || named === '' ? ['terraform', 'tofu'] : [named];
  const found = (await Promise.all(candidates.map((file) => versionOf(file, env)))).filter((one) => one !== undefined);
  const fitting = found.find(({ version }) => isNewEnough(version));
  if (fitting !== undefined) return fitting;
  const [first] = found;
  throw first === undefined ? missing(named) : tooOld(first);
}

async function versionOf(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<FoundTerraform | undefined> {
  const { stdout, failed } = await execa(file, ['version', '-json'], {
    reject: false,
    stdin: 'ignore',
    env: { ...env, CHECKPOINT_DISABLE: '1' },
    extendEnv: false,
  });
  if (failed) return undefined;
  // Terraform warns about its settings before the document.
  const version = /"terraform_version":\s*"([^"]+)"/.exec(stdout)?.[1];
  if (version === undefined) return undefined;
  // OpenTofu kept the field's name; its command is all that tells them apart.
  return { file, product: /tofu[^/]*$/.test(file) ? 'OpenTofu' : 'Terraform', version };
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

const install =
  'Install Terraform 1.11 or later (https://developer.hashicorp.com/terraform/install) or OpenTofu 1.11 or later (https://opentofu.org/docs/intro/install), or set LANDFALL_TERRAFORM to its path.';

function missing(named: string | undefined): LandfallError {
  return new LandfallError({
    code: 'TERRAFORM_MISSING',
    message:
      named === undefined || named === ''
        ? 'Neither terraform nor tofu is on the PATH.'
        : `LANDFALL_TERRAFORM names ${named}, and that does not answer \`version -json\`.`,
    fix: install,
  });
}

function tooOld({ product, version, file }: FoundTerraform): LandfallError {
  return new LandfallError({
    code: 'TERRAFORM_TOO_OLD',
    message: `${file} is ${product} ${version}; Landfall needs ${oldest.join('.')} or later.`,
    fix: install,
  });
}
