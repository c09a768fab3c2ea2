/** What Terraform cannot hold: how images and sites are built and run. Part of the artifact; paths are relative to the config file. */
export interface Manifest {
  readonly version: 1;
  readonly project: string;
  readonly environment: string;
  readonly region: string;
  readonly domain: string;
  readonly images: readonly ManifestImage[];
  readonly sites: readonly ManifestSite[];
  readonly endpoints: readonly ManifestEndpoint[];
}

/** One image. `variable` is the root variable that holds its digest. */
export interface ManifestImage {
  readonly service: string;
  readonly kind: 'nestjs' | 'nextjs' | 'worker' | 'kong';
  /** How the local plane runs it. */
  readonly runtime: 'process' | 'next' | 'kong';
  /** Terraform address of its repository. */
  readonly repository: string;
  readonly variable: string;
  /** Build context; for `kong` a folder of the artifact. */
  readonly context: string;
  /** Processor that it is built for; `x86_64` when absent. */
  readonly architecture?: 'arm64';
  readonly build?: string;
  /** Command line that starts it. */
  readonly start?: string;
  /** Command line that migrates its database, run once before tasks of a new version start. */
  readonly migrate?: string;
}

/** One single-page application. */
export interface ManifestSite {
  readonly service: string;
  readonly context: string;
  /** Relative to `context`. */
  readonly outputDir: string;
  readonly build?: string;
  /** Given to the build, such as `API_URL`. */
  readonly env: Readonly<Record<string, string>>;
  /** Terraform addresses. */
  readonly bucket: string;
  readonly distribution: string;
}

/** A public address that a deploy ends with. */
export interface ManifestEndpoint {
  /** `api`, or the name of a front end. */
  readonly name: string;
  readonly host: string;
}

/** A room's contribution. */
export interface ManifestPart {
  readonly images?: readonly ManifestImage[];
  readonly sites?: readonly ManifestSite[];
  readonly endpoints?: readonly ManifestEndpoint[];
}
