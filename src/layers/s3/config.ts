import { z } from 'zod';

export const outputDirDefault = 'dist';

/** S3's key of a single-page application. */
export const siteKeys = {
  outputDir: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Build output, relative to `path`.', default: outputDirDefault }),
};
