import type { Config } from '../../config/config.js';
import type { SynthPart } from '../../stack/layer.js';
import { isSpa, type Refs } from '../../stack/refs.js';
import { attr } from '../../stack/stack.js';
import { bucket } from './bucket.js';
import { logBucket } from './log-bucket.js';

/** Days that replaced and deleted versions of a site's files are kept. */
const keptVersionDays = 90;

/** A private, versioned bucket for each SPA that its distribution alone may read; and one for access logs. */
export function synth(config: Config, refs: Refs): SynthPart {
  const sites = config.services.filter(isSpa);
  return {
    resources: [
      ...logBucket(config, refs),
      ...sites.flatMap(({ name }) =>
        bucket(config, refs, {
          address: refs.siteBucket(name),
          name,
          keep: { noncurrent_version_expiration: [{ noncurrent_days: keptVersionDays }] },
          // For this one distribution. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html (read 2026-11-23)
          allow: (objects) => [
            {
              Sid: 'DistributionReads',
              Effect: 'Allow',
              Principal: { Service: 'cloudfront.amazonaws.com' },
              Action: 's3:GetObject',
              Resource: objects,
              Condition: { StringEquals: { 'AWS:SourceArn': attr(refs.distribution(name), 'arn') } },
            },
          ],
        }),
      ),
    ],
    manifest: {
      sites: sites.map((site) => ({
        service: site.name,
        context: site.path,
        outputDir: site.outputDir,
        ...(site.build !== undefined && { build: site.build }),
        env: { ...site.env, API_URL: `https://${refs.apiHost}` },
        bucket: refs.siteBucket(site.name),
        distribution: refs.distribution(site.name),
      })),
    },
  };
}
