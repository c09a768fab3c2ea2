import type { ManifestImage } from '../../src/stack/manifest.js';

/** The image of `services/api` in the fixtures' workspace. */
export const apiImage: ManifestImage = {
  service: 'api',
  kind: 'nestjs',
  runtime: 'process',
  repository: 'aws_ecr_repository.api',
  variable: 'image_api',
  context: 'services/api',
  start: 'node dist/main.js',
};
