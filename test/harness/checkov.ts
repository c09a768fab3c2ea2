import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import type { ArtifactFile } from '../../src/stack/layer.js';
import { hclOf } from './hcl.js';
import { pythonTool } from './python.js';

const exec = promisify(execFile);
const version = '3.3.30';
const configFile = '.checkov.yaml';

/** A check that a resource does not meet. */
export interface FailedCheck {
  readonly id: string;
  readonly name: string;
  readonly resource: string;
}

/** What checkov says of one artifact. */
export interface Scan {
  readonly passed: number;
  readonly resources: number;
  readonly failed: readonly FailedCheck[];
}

/** A scanner that can be run, or why there is none. */
export type FoundCheckov =
  | {
      readonly version: string;
      readonly reason?: undefined;
      /** Scans an artifact. @param withSkips whether its own list of skipped checks holds */
      scan(files: readonly ArtifactFile[], withSkips: boolean): Promise<Scan>;
    }
  | { readonly version?: undefined; readonly reason: string; readonly scan?: undefined };

/** checkov (PyPI, Apache-2.0), installed once into the user's cache. */
export async function findCheckov(): Promise<FoundCheckov> {
  const tool = await pythonTool(`checkov-${version}`, `checkov==${version}`);
  if (tool.bin === undefined) return { reason: tool.reason };
  const bin = tool.bin;
  return { version, scan: (files, withSkips) => scan(bin, files, withSkips) };
}

interface Report {
  readonly results: {
    readonly failed_checks: readonly {
      readonly check_id: string;
      readonly check_name: string;
      readonly resource: string;
    }[];
  };
  readonly summary: { readonly passed: number; readonly parsing_errors: number; readonly resource_count: number };
}

/**
 * checkov's `terraform` framework reads no `.tf.json`, and `terraform_json` refuses a `required_version` and knows fewer checks:
 * so it is given the same resources in HCL.
 * @throws when it cannot parse them
 */
async function scan(bin: string, files: readonly ArtifactFile[], withSkips: boolean): Promise<Scan> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-checkov-'));
  try {
    await writeFile(join(folder, 'main.tf'), hclOf(textOf(files, 'main.tf.json') ?? '{}'));
    const skips = withSkips ? textOf(files, configFile) : undefined;
    if (skips !== undefined) await writeFile(join(folder, configFile), skips);
    const options = ['--framework', 'terraform', '--output', 'json', '--compact', '--soft-fail', '--skip-download'];
    const { stdout } = await exec(join(bin, 'python'), [join(bin, 'checkov'), '--directory', folder, ...options], {
      cwd: folder,
      maxBuffer: 1 << 28,
    });
    const { results, summary } = JSON.parse(stdout) as Report;
    if (summary.parsing_errors > 0) throw new Error(`checkov cannot parse the artifact:\n${stdout}`);
    return {
      passed: summary.passed,
      resources: summary.resource_count,
      failed: results.failed_checks.map(({ check_id, check_name, resource }) => ({
        id: check_id,
        name: check_name,
        resource,
      })),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A check that the artifact says is not for it. */
export interface Skip {
  readonly id: string;
  /** The comment on the line before it; empty when there is none. */
  readonly reason: string;
}

/** The skipped checks that travel in the artifact; none when it has no list. */
export function skipsOf(files: readonly ArtifactFile[]): readonly Skip[] {
  const text = textOf(files, configFile);
  if (text === undefined) return [];
  const { 'skip-check': ids = [] } = parse(text) as { readonly 'skip-check'?: readonly string[] };
  return ids.map((id) => ({ id, reason: new RegExp(`^ *# *(.*)\\n *- ${id}$`, 'm').exec(text)?.[1]?.trim() ?? '' }));
}

function textOf(files: readonly ArtifactFile[], path: string): string | undefined {
  const file = files.find((candidate) => candidate.path === path);
  return file === undefined ? undefined : Buffer.from(file.content).toString();
}
