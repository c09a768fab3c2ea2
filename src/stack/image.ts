import { template } from './expr.js';
import type { ManifestImage } from './manifest.js';
import { isNext, type Refs, type TaskService } from './refs.js';
import { attr, resource, variable, type AnyResource, type Variable } from './stack.js';

/** A service's repository: images are immutable, scanned and encrypted; the newest 60 stay. */
export function repository(refs: Refs, name: string): AnyResource[] {
  return [
    resource(refs.repository(name), {
      name: refs.name(256, name),
      image_tag_mutability: 'IMMUTABLE',
      image_scanning_configuration: [{ scan_on_push: true }],
      encryption_configuration: [{ encryption_type: 'KMS', kms_key: attr(refs.key, 'arn') }],
      force_delete: true,
      tags: { Name: refs.name(256, name) },
    }),
    resource(`aws_ecr_lifecycle_policy.${refs.id(name)}`, {
      repository: attr(refs.repository(name), 'name'),
      policy: JSON.stringify({
        rules: [
          {
            rulePriority: 1,
            description: 'Keep the newest 60 images',
            selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 60 },
            action: { type: 'expire' },
          },
        ],
      }),
    }),
  ];
}

/** The image that the last deploy pushed, by digest. */
export const imageReference = (refs: Refs, name: string) =>
  template`${attr(refs.repository(name), 'repository_url')}@${variable(refs.imageVariable(name))}`;

/** The root variable that holds the digest: a change of code changes it alone. */
export const imageVariable = (refs: Refs, name: string): Variable => ({
  name: refs.imageVariable(name),
  description: `Digest of the image of ${name}, such as sha256:…; written by infra:deploy.`,
});

/** How a service's image is built, and run locally. */
export function manifestImage(refs: Refs, service: TaskService): ManifestImage {
  return {
    service: service.name,
    kind: service.type,
    runtime: isNext(service) ? 'next' : 'process',
    repository: refs.repository(service.name),
    variable: refs.imageVariable(service.name),
    context: service.path,
    ...(service.architecture === 'arm64' && { architecture: service.architecture }),
    ...(service.build !== undefined && { build: service.build }),
    start: service.start,
    ...(service.migrate !== undefined && { migrate: service.migrate }),
  };
}
