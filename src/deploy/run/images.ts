import { LandfallError, LandfallErrors, type Problem } from '../../base/errors.js';
import type { Emit } from '../../base/events.js';
import type { Manifest, ManifestImage } from '../../stack/manifest.js';
import type { AwsSession } from '../aws/session.js';
import type { PushedImage } from '../images/index.js';
import type { DeploymentRecord, RecordedImage } from '../records.js';

/** What builds and pushes images. */
export type BuildImages = (request: {
  readonly manifest: Manifest;
  readonly projectFolder: string;
  readonly artifactFolder: string;
  readonly session: AwsSession;
  /** URI by service. */
  readonly repositories: Readonly<Record<string, string>>;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly only: readonly string[];
}) => Promise<Readonly<Record<string, { readonly digest: string; readonly built: boolean; readonly content: string }>>>;

/** An image as it is deployed. */
export interface DeployedImage extends RecordedImage {
  readonly built: boolean;
}

export interface ImageChoice {
  readonly manifest: Manifest;
  /** Services asked for; none for all. */
  readonly services: readonly string[];
  /** Digests given by service, for what was built elsewhere. */
  readonly given: Readonly<Record<string, string>>;
  /** Hashes of what given digests were made from, where that is known. */
  readonly contents?: Readonly<Record<string, string | undefined>> | undefined;
  readonly record: DeploymentRecord | undefined;
}

/** A digest that no image has: for steps in which no image is used. */
export const noDigest = `sha256:${'0'.repeat(64)}`;

/**
 * Checks what was asked for, all at once.
 * @throws LandfallErrors `SERVICE_UNKNOWN`, `IMAGE_DIGEST_INVALID`, `FIRST_DEPLOY_WHOLE`
 */
export function assertChoice({ manifest, services, given, record }: ImageChoice): void {
  const images = manifest.images.map(({ service }) => service);
  const known = [...images, ...manifest.sites.map(({ service }) => service)];
  const unknown = [
    ...services.filter((name) => !known.includes(name)),
    ...Object.keys(given).filter((name) => !images.includes(name)),
  ];
  const [first, ...rest]: Problem[] = [
    ...unknown.map((name) => ({
      code: 'SERVICE_UNKNOWN',
      message: `The config has no service ${name} to deploy.`,
      fix: `It has ${known.join(', ')}.`,
    })),
    ...Object.entries(given).flatMap(([name, digest]) =>
      /^sha256:[0-9a-f]{64}$/.test(digest)
        ? []
        : [
            {
              code: 'IMAGE_DIGEST_INVALID',
              message: `${digest} is no digest for the image of ${name}.`,
              fix: 'Give it as sha256: and 64 hexadecimal digits.',
            },
          ],
    ),
    ...(services.length > 0 && record === undefined
      ? [
          {
            code: 'FIRST_DEPLOY_WHOLE',
            message: 'Nothing was deployed to the end yet, so no service can be deployed alone.',
            fix: 'Run infra:deploy without naming services.',
          },
        ]
      : []),
  ];
  if (first !== undefined) throw new LandfallErrors([first, ...rest]);
}

/**
 * The images that were built elsewhere, or earlier.
 * @param repositories URI by Terraform address
 */
export function givenImages(
  { manifest, given }: ImageChoice,
  repositories: Readonly<Record<string, string>>,
): readonly PushedImage[] {
  return manifest.images.flatMap(({ service, repository }) => {
    const digest = given[service];
    return digest === undefined ? [] : [{ service, repository: repositories[repository] ?? '', digest }];
  });
}

/** Whether this deploy builds the image, or takes the one that stands. */
export function isBuilt({ service }: ManifestImage, { services, given }: ImageChoice): boolean {
  return given[service] === undefined && (services.length === 0 || services.includes(service));
}

/**
 * The image of every service: given, built, or that of the last deployment.
 * @param repositories URI by Terraform address
 */
export async function resolveImages(
  choice: ImageChoice,
  repositories: Readonly<Record<string, string>>,
  build: (only: readonly string[], byService: Readonly<Record<string, string>>) => ReturnType<BuildImages>,
): Promise<Readonly<Record<string, DeployedImage>>> {
  const { manifest, given, contents = {}, record } = choice;
  const byService = Object.fromEntries(
    manifest.images.map(({ service, repository }) => [service, repositories[repository] ?? '']),
  );
  const only = manifest.images.filter((image) => isBuilt(image, choice)).map(({ service }) => service);
  const built = only.length === 0 ? {} : await build(only, byService);
  return Object.fromEntries(
    manifest.images.map(({ service }) => {
      const kept = record?.images[service];
      const image = { repository: byService[service] ?? '', built: built[service]?.built === true };
      const digest = given[service] ?? built[service]?.digest ?? kept?.digest;
      if (digest === undefined) throw unbuilt(service);
      const content =
        contents[service] ?? built[service]?.content ?? (digest === kept?.digest ? kept.content : undefined);
      return [service, { ...image, digest, content }];
    }),
  );
}

const unbuilt = (service: string): LandfallError =>
  new LandfallError({
    code: 'IMAGE_MISSING',
    message: `${service} was never deployed, so it has no image to keep.`,
    fix: `Name ${service} too, or run infra:deploy without naming services.`,
  });

/** Digests by root variable, as Terraform takes them. */
export function variablesOf(
  { images }: Manifest,
  digests: Readonly<Record<string, { readonly digest: string } | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(images.map(({ service, variable }) => [variable, digests[service]?.digest ?? noDigest]));
}
