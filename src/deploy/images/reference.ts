/** Names of images, as `docker pull` takes them. */
export interface ImageReference {
  /** Host and port as written in full names; `docker.io` for Docker Hub. */
  readonly host: string;
  /** Such as `library/node`. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/**
 * Reads a name: the first part is a host when it has a dot or a port or is `localhost`; else the image is Docker Hub's, where official images
 * stand below `library/`.
 * @see https://pkg.go.dev/github.com/distribution/reference (not re-read)
 */
export function parseReference(name: string): ImageReference {
  const [path = '', digest] = name.split('@');
  const [first = '', ...rest] = path.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const [last = '', tag] = (rest.at(-1) ?? first).split(':');
  const folders = hasHost ? rest.slice(0, -1) : [first, ...rest].slice(0, -1);
  const host = hasHost ? first : 'docker.io';
  const isOfficial = host === 'docker.io' && folders.length === 0;
  return {
    host,
    repository: [...(isOfficial ? ['library'] : folders), last].join('/'),
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

/** The full name; with a digest the tag is left out, as not every builder takes both. */
export function fullName({ host, repository, tag = 'latest', digest }: ImageReference): string {
  return `${host}/${repository}${digest === undefined ? `:${tag}` : `@${digest}`}`;
}

/** Docker Hub's API has a host of its own. */
const apiHost = (host: string): string => (host === 'docker.io' ? 'registry-1.docker.io' : host);

/** Where a registry's API is, such as `https://ghcr.io/v2/`. Plain HTTP for this machine's own address 127.0.0.1 alone. */
export function registryUrl(host: string): string {
  return `${isLoopback(host) ? 'http' : 'https'}://${apiHost(host)}/v2/`;
}

/** Whether a registry is spoken to without TLS. */
export const isLoopback = (host: string): boolean => /^127\.0\.0\.1(:\d+)?$/.test(host);
