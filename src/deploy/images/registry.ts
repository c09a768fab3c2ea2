import { z } from 'zod';
import { LandfallError, messageOf } from '../../base/errors.js';
import { fullName, registryUrl, type ImageReference } from './reference.js';

export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

export interface AskRegistry {
  readonly credentials?: RegistryCredentials | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Indexes of several platforms and single manifests, OCI's and Docker's. */
const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/**
 * The digest that a registry has for a name, `sha256:…`; undefined when it has none.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md (not re-read)
 * @throws LandfallError `REGISTRY_UNREACHABLE`, `REGISTRY_REFUSED`, `REGISTRY_FAILED`
 */
export async function manifestDigest(image: ImageReference, ask: AskRegistry = {}): Promise<string | undefined> {
  const { answer } = await authorized(image, `manifests/${versionOf(image)}`, 'HEAD', ask);
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw refused(image, answer.status);
  return answer.headers.get('docker-content-digest') ?? undefined;
}

/** What is needed to build upon an image. */
export interface BaseImage {
  /** The `Authorization` header with which the registry lets it be read; undefined where it asks for none. */
  readonly authorization: string | undefined;
  /** Its own command. */
  readonly command: readonly string[];
}

const manifestSchema = z.object({
  config: z.object({ digest: z.string() }).optional(),
  manifests: z
    .array(
      z.object({ digest: z.string(), platform: z.object({ os: z.string(), architecture: z.string() }).optional() }),
    )
    .optional(),
});
const configSchema = z.object({ config: z.object({ Cmd: z.array(z.string()).nullish() }).optional() });

/** @param platform such as `linux/amd64` @throws as `manifestDigest`, and `BASE_IMAGE_MISSING` */
export async function baseImage(image: ImageReference, platform: string, ask: AskRegistry = {}): Promise<BaseImage> {
  const read = async (path: string) => {
    const { answer, authorization } = await authorized(image, path, 'GET', ask);
    if (answer.status === 404) throw missing(image, platform);
    if (!answer.ok) throw refused(image, answer.status);
    return { json: await answer.json(), authorization };
  };
  const first = await read(`manifests/${versionOf(image)}`);
  const { manifests, ...single } = manifestSchema.parse(first.json);
  const wanted = manifests?.find((one) => `${one.platform?.os ?? ''}/${one.platform?.architecture ?? ''}` === platform);
  if (manifests !== undefined && wanted === undefined) throw missing(image, platform);
  const manifest =
    wanted === undefined ? single : manifestSchema.parse((await read(`manifests/${wanted.digest}`)).json);
  const config = configSchema.parse((await read(`blobs/${manifest.config?.digest ?? ''}`)).json);
  return { authorization: first.authorization, command: config.config?.Cmd ?? [] };
}

const versionOf = ({ digest, tag = 'latest' }: ImageReference): string => digest ?? tag;

/** Asks, and where the registry wants a token of its own, asks again with one. */
async function authorized(image: ImageReference, path: string, method: 'HEAD' | 'GET', ask: AskRegistry) {
  const url = `${registryUrl(image.host)}${image.repository}/${path}`;
  const headers = { accept: manifestTypes };
  const basic = ask.credentials === undefined ? undefined : basicOf(ask.credentials);
  const send = (authorization: string | undefined) =>
    request(url, method, { ...headers, ...(authorization !== undefined && { authorization }) }, image, ask);
  const first = await send(basic);
  const challenge = first.headers.get('www-authenticate') ?? '';
  if (first.status !== 401 || !/^bearer /i.test(challenge)) return { answer: first, authorization: basic };
  const bearer = await bearerFor(challenge, image, ask);
  return { answer: await send(bearer), authorization: bearer };
}

/** The `Authorization` header for a user name and a password. */
export const basicOf = ({ username, password }: RegistryCredentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** A token of the registry's own, as its challenge says. @see https://distribution.github.io/distribution/spec/auth/token/ (not re-read) */
async function bearerFor(challenge: string, image: ImageReference, ask: AskRegistry): Promise<string> {
  const fields = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]));
  const url = new URL(fields.get('realm') ?? registryUrl(image.host));
  for (const name of ['service', 'scope']) {
    const value = fields.get(name);
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const basic = ask.credentials === undefined ? {} : { authorization: basicOf(ask.credentials) };
  const answer = await request(url.href, 'GET', basic, image, ask);
  if (!answer.ok) throw refused(image, answer.status);
  const { token, access_token } = (await answer.json()) as { readonly token?: string; readonly access_token?: string };
  return `Bearer ${token ?? access_token ?? ''}`;
}

async function request(
  url: string,
  method: 'HEAD' | 'GET',
  headers: Readonly<Record<string, string>>,
  image: ImageReference,
  { signal }: AskRegistry,
): Promise<Response> {
  const limit = AbortSignal.timeout(20_000);
  return fetch(url, { method, headers, signal: signal === undefined ? limit : AbortSignal.any([signal, limit]) }).catch(
    (cause: unknown) => {
      if (signal?.aborted === true) throw cause;
      throw new LandfallError(
        {
          code: 'REGISTRY_UNREACHABLE',
          message: `The registry ${image.host} could not be asked for ${fullName(image)}: ${reasonOf(cause)}.`,
          fix: 'Check the connection to it and run the command again; nothing was changed.',
        },
        { cause },
      );
    },
  );
}

/** `fetch` itself only says that it failed; its cause says why. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined ? messageOf(error.cause) || error.message : messageOf(error);

function missing(image: ImageReference, platform: string): LandfallError {
  return new LandfallError({
    code: 'BASE_IMAGE_MISSING',
    message: `The registry ${image.host} has no image ${fullName(image)} for ${platform}.`,
    fix: 'Correct the name of the base image (LANDFALL_NODE_IMAGE or LANDFALL_KONG_IMAGE, where they are set), or choose another architecture.',
  });
}

function refused(image: ImageReference, status: number): LandfallError {
  const isRefusal = status === 401 || status === 403;
  return new LandfallError({
    code: isRefusal ? 'REGISTRY_REFUSED' : 'REGISTRY_FAILED',
    message: `The registry ${image.host} answered ${String(status)} when it was asked for ${fullName(image)}.`,
    fix: isRefusal
      ? 'Check that the credentials may read that repository.'
      : 'Wait a moment and run the command again; nothing was changed.',
  });
}
