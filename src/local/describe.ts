import { identifier } from '../base/names.js';
import type { Manifest } from '../stack/manifest.js';
import { portOf } from './ports.js';
import type { Registry } from './registry.js';
import type { PortRole } from './contract/context.js';

/** What `infra:deploy --local --json` ends with. */
export interface PlaneDescription {
  readonly environment: string;
  /** By name (`api`, and each front end): its URL through the edge. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly alb: {
    readonly http: string;
    readonly https: string;
    readonly internalHttps: string;
    readonly internalHttp: string;
  };
  readonly appRunner: Readonly<Record<string, string>>;
  readonly buckets: Readonly<Record<string, string>>;
  readonly postgres: {
    readonly host: string;
    readonly port: number;
    readonly databases: readonly { readonly name: string; readonly user: string }[];
  } | null;
  readonly redis: { readonly host: string; readonly port: number; readonly tls: boolean } | null;
  /** AWS's API for what runs here, and the file for `AWS_SHARED_CREDENTIALS_FILE` to sign with. */
  readonly aws: { readonly endpoint: string; readonly credentialsFile: string };
  /** A PEM file to trust. */
  readonly caCertificate: string;
  /** `GET <trace>/<id>` shows the hops of the response that had `x-landfall-trace: <id>`. */
  readonly trace: string;
}

interface DescribedFiles {
  readonly portBase: number;
  readonly caFile: string;
  readonly credentialsFile: string;
}

/** Names every place where the plane answers. */
export function describePlane(
  manifest: Manifest,
  registry: Registry,
  { portBase, caFile, credentialsFile }: DescribedFiles,
): PlaneDescription {
  const port = (role: PortRole) => String(portOf(portBase, role));
  const [server] = registry.providers('databaseServer').map((address) => registry.connect(address, 'databaseServer'));
  const [cache] = registry.providers('cacheServer').map((address) => registry.connect(address, 'cacheServer'));
  return {
    environment: manifest.environment,
    endpoints: Object.fromEntries(
      manifest.endpoints.map(({ name, host }) => [name, `https://${host}:${port('edge-https')}`]),
    ),
    alb: {
      http: `http://127.0.0.1:${port('alb-80')}`,
      https: `https://127.0.0.1:${port('alb-443')}`,
      internalHttps: `https://127.0.0.1:${port('alb-8443')}`,
      internalHttp: `http://127.0.0.1:${port('alb-8080')}`,
    },
    appRunner: Object.fromEntries(
      manifest.images.flatMap(({ service }) => {
        const host = registry.attributes.get(`aws_apprunner_service.${identifier(service)}`)?.['service_url'];
        return typeof host === 'string' ? [[service, `https://${host}:${port('app-runner')}`]] : [];
      }),
    ),
    buckets: Object.fromEntries(
      manifest.sites.map(({ service, bucket }) => {
        const name = nameOf(registry.attributes.get(bucket)?.['id']);
        return [service, `https://127.0.0.1:${port('s3')}/${name}`];
      }),
    ),
    postgres: server === undefined ? null : { host: server.host, port: server.port, databases: server.databases() },
    redis: cache === undefined ? null : { host: cache.host, port: cache.port, tls: true },
    aws: { endpoint: `http://127.0.0.1:${port('aws')}`, credentialsFile },
    caCertificate: caFile,
    trace: `http://127.0.0.1:${port('trace')}/traces`,
  };
}

const nameOf = (id: unknown): string => (typeof id === 'string' ? id : '');
