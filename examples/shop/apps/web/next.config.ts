import { join } from 'node:path';
import type { NextConfig } from 'next';

/** The workspace: what is installed stands there, and `.next/standalone` has its layout. */
const workspace = join(import.meta.dirname, '..', '..');

const config: NextConfig = {
  output: 'standalone',
  outputFileTracingRoot: workspace,
  turbopack: { root: workspace },
  poweredByHeader: false,
};

export default config;
