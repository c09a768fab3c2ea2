import type { ArtifactFile, ScannerSkip } from './layer.js';

/**
 * Checkov's configuration, so that a scan of the artifact knows what is on purpose: the skipped checks, each with its reason.
 * @see https://www.checkov.io/2.Basics/CLI%20Command%20Reference.html (not re-read)
 */
export function scannerConfig(skips: readonly ScannerSkip[]): readonly ArtifactFile[] {
  if (skips.length === 0) return [];
  const lines = skips
    .toSorted((a, b) => (a.check < b.check ? -1 : 1))
    .flatMap(({ check, reason }) => [`  # ${reason}`, `  - ${check}`]);
  return [{ path: '.checkov.yaml', content: ['skip-check:', ...lines, ''].join('\n') }];
}
