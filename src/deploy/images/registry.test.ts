import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fullName, parseReference, registryUrl } from './reference.js';
import { baseImage, manifestDigest } from './registry.js';

describe('the name of an image', () => {
  test.each([
    ['node:22', 'docker.io/library/node:22', 'https://registry-1.docker.io/v2/'],
    ['kong/kong-gateway', 'docker.io/kong/kong-gateway:latest', 'https://registry-1.docker.io/v2/'],
    ['ghcr.io/a/b:1', 'ghcr.io/a/b:1', 'https://ghcr.io/v2/'],
    ['127.0.0.1:5000/a:1', '127.0.0.1:5000/a:1', 'http://127.0.0.1:5000/v2/'],
    ['localhost:5000/a:1', 'localhost:5000/a:1', 'https://localhost:5000/v2/'],
    ['node:22@sha256:aa', 'docker.io/library/node@sha256:aa', 'https://registry-1.docker.io/v2/'],
    [
      '111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop-dev-api',
      '111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop-dev-api:latest',
      'https://111122223333.dkr.ecr.eu-central-1.amazonaws.com/v2/',
    ],
  ])('%s', (name, full, url) => {
    const image = parseReference(name);
    expect([fullName(image), registryUrl(image.host)]).toEqual([full, url]);
  });
});

/** A registry; gives its host and the requests that came in. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse, host: string) => void) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push(`${method} ${url} ${headers.authorization ?? '-'}`);
    answer(request, response, headers.host ?? '');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { host: `127.0.0.1:${String((server.address() as AddressInfo).port)}`, requests };
}

const digest = `sha256:${'a'.repeat(64)}`;
const found = (response: ServerResponse) => response.writeHead(200, { 'docker-content-digest': digest }).end();

describe('manifestDigest', () => {
  test('is the registry’s word, asked for with the credentials', async () => {
    const { host, requests } = await serve((_request, response) => found(response));
    const credentials = { username: 'AWS', password: 'secret' };
    expect(await manifestDigest(parseReference(`${host}/a/b:1`), { credentials })).toBe(digest);
    const basic = Buffer.from('AWS:secret').toString('base64');
    expect(requests).toEqual([`HEAD /v2/a/b/manifests/1 Basic ${basic}`]);
  });

  test('fetches a token where the registry asks for its own', async () => {
    const { host, requests } = await serve(({ url, headers }, response, own) => {
      if (url?.startsWith('/token') === true) response.end('{"token": "t"}');
      else if (headers.authorization === 'Bearer t') found(response);
      else {
        const challenge = `Bearer realm="http://${own}/token",service="registry",scope="repository:a:pull"`;
        response.writeHead(401, { 'www-authenticate': challenge }).end();
      }
    });
    expect(await manifestDigest(parseReference(`${host}/a:1`))).toBe(digest);
    expect(requests).toEqual([
      'HEAD /v2/a/manifests/1 -',
      'GET /token?service=registry&scope=repository%3Aa%3Apull -',
      'HEAD /v2/a/manifests/1 Bearer t',
    ]);
  });

  test('is undefined for what the registry does not have', async () => {
    const { host } = await serve((_request, response) => response.writeHead(404).end());
    expect(await manifestDigest(parseReference(`${host}/a:1`))).toBeUndefined();
  });

  test('says when the registry refuses, or is not there', async () => {
    const { host } = await serve((_request, response) => response.writeHead(403).end());
    await expect(manifestDigest(parseReference(`${host}/a:1`))).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
      message: `The registry ${host} answered 403 when it was asked for ${host}/a:1.`,
    });
    await expect(manifestDigest(parseReference('127.0.0.1:1/a:1'))).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
    });
  });
});

describe('baseImage', () => {
  const index = {
    manifests: [
      { digest: 'sha256:arm', platform: { os: 'linux', architecture: 'arm64' } },
      { digest: 'sha256:amd', platform: { os: 'linux', architecture: 'amd64' } },
    ],
  };
  const answers: Readonly<Record<string, unknown>> = {
    '/v2/node/manifests/22': index,
    '/v2/node/manifests/sha256:amd': { config: { digest: 'sha256:config' } },
    '/v2/node/blobs/sha256:config': { config: { Cmd: ['node'] } },
  };

  test('has the command of the platform’s image', async () => {
    const { host } = await serve(({ url = '' }, response) => response.end(JSON.stringify(answers[url])));
    const image = parseReference(`${host}/node:22`);
    expect(await baseImage(image, 'linux/amd64')).toEqual({ authorization: undefined, command: ['node'] });
  });

  test('says when there is none for the platform', async () => {
    const { host } = await serve(({ url = '' }, response) => response.end(JSON.stringify(answers[url])));
    await expect(baseImage(parseReference(`${host}/node:22`), 'linux/s390x')).rejects.toMatchObject({
      code: 'BASE_IMAGE_MISSING',
    });
  });
});
