import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { ManifestImage } from '../../stack/manifest.js';
import { planImage } from './plan.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'landfall-dockerfile-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
});

async function write(files: Readonly<Record<string, string | object>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
}

const image = (more: Partial<ManifestImage> = {}): ManifestImage => ({
  service: 'auth',
  kind: 'nestjs',
  runtime: 'process',
  repository: 'aws_ecr_repository.auth',
  variable: 'image_auth',
  context: 'services/auth',
  start: 'node dist/main.js',
  ...more,
});

const next = (more: Partial<ManifestImage> = {}) =>
  image({ service: 'web', kind: 'nextjs', runtime: 'next', context: 'apps/web', start: 'node server.js', ...more });

const plan = (one = image()) => planImage(one, { projectFolder: root, artifactFolder: root }, {});
const dockerfile = async (one = image()) => (await plan(one)).dockerfile;

const service = {
  name: '@shop/auth',
  scripts: { build: 'tsc -b' },
  dependencies: { '@shop/kit': '*', express: '5' },
};
const kit = { name: '@shop/kit', scripts: { build: 'tsc -b' }, dependencies: { zod: '4' } };

/** A workspace with a service, the package that it links, and an application that it does not. */
const workspace = {
  'package.json': { name: 'shop', private: true, workspaces: ['packages/*', 'services/*', 'apps/*'] },
  'tsconfig.base.json': '{}',
  'packages/kit/package.json': kit,
  'packages/kit/src/index.ts': '',
  'services/auth/package.json': service,
  'services/auth/src/main.ts': '',
  'apps/web/package.json': { name: '@shop/web', scripts: { build: 'next build' }, dependencies: { next: '16' } },
  'apps/web/src/page.tsx': '',
};

/** The build stage and what comes after it. */
const fromBuild = (text: string) => text.slice(text.indexOf('FROM manifests AS build'));

const installs = (text: string) =>
  text.split('\n').flatMap((line) => /export CI=true; (.*)$/.exec(line)?.slice(1) ?? []);

describe('the Dockerfile of a service', () => {
  test('in an npm workspace', async () => {
    await write({ ...workspace, 'package-lock.json': '{}' });
    expect(await dockerfile()).toMatchInlineSnapshot(`
      "ARG NODE_IMAGE=node:22-bookworm-slim

      FROM \${NODE_IMAGE} AS manifests
      WORKDIR /app
      COPY package-lock.json package.json ./
      COPY apps/web/package.json apps/web/
      COPY packages/kit/package.json packages/kit/
      COPY services/auth/package.json services/auth/

      FROM manifests AS runtime
      RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \\
          --mount=type=secret,id=authorities,target=/run/secrets/authorities \\
          --mount=type=cache,target=/root/.npm \\
          if [ -f /run/secrets/authorities ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/authorities; fi; export CI=true; npm ci --omit=dev --prefer-offline --no-audit --no-fund --workspace services/auth

      FROM manifests AS build
      RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \\
          --mount=type=secret,id=authorities,target=/run/secrets/authorities \\
          --mount=type=cache,target=/root/.npm \\
          if [ -f /run/secrets/authorities ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/authorities; fi; export CI=true; npm ci --prefer-offline --no-audit --no-fund
      COPY . .
      RUN cd packages/kit && npm run build
      RUN cd services/auth && npm run build
      RUN find packages/kit services/auth '(' -name node_modules -o -path '*/.next/cache' ')' -prune -exec rm -rf '{}' +

      FROM \${NODE_IMAGE}
      ENV NODE_ENV=production
      WORKDIR /app/services/auth
      COPY --from=runtime /app /app
      COPY --from=build /app/packages/kit /app/packages/kit
      COPY --from=build /app/services/auth /app/services/auth
      USER 1000:1000
      ENTRYPOINT []
      CMD ["/bin/sh","-c","exec node dist/main.js"]
      "
    `);
  });

  test('in a pnpm workspace', async () => {
    const { 'package.json': _, ...rest } = workspace;
    await write({
      ...rest,
      'package.json': { name: 'shop', private: true, packageManager: 'pnpm@9.12.0+sha512.abc' },
      'pnpm-workspace.yaml': 'packages: ["packages/*", "services/*", "apps/*"]\n',
      'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
    });
    expect(await dockerfile()).toMatchInlineSnapshot(`
      "ARG NODE_IMAGE=node:22-bookworm-slim

      FROM \${NODE_IMAGE} AS manifests
      WORKDIR /app
      RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \\
          --mount=type=secret,id=authorities,target=/run/secrets/authorities \\
          --mount=type=cache,target=/root/.local/share/pnpm/store \\
          if [ -f /run/secrets/authorities ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/authorities; fi; export CI=true; npm install --global --force pnpm@9.12.0
      COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
      COPY apps/web/package.json apps/web/
      COPY packages/kit/package.json packages/kit/
      COPY services/auth/package.json services/auth/

      FROM manifests AS runtime
      RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \\
          --mount=type=secret,id=authorities,target=/run/secrets/authorities \\
          --mount=type=cache,target=/root/.local/share/pnpm/store \\
          if [ -f /run/secrets/authorities ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/authorities; fi; export CI=true; pnpm install --frozen-lockfile --prod --filter '{./services/auth}...' && rm -rf /app/node_modules/.modules.yaml /app/node_modules/.pnpm-workspace-state.json /app/node_modules/.pnpm-workspace-state-v1.json

      FROM manifests AS build
      RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \\
          --mount=type=secret,id=authorities,target=/run/secrets/authorities \\
          --mount=type=cache,target=/root/.local/share/pnpm/store \\
          if [ -f /run/secrets/authorities ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/authorities; fi; export CI=true; pnpm install --frozen-lockfile
      COPY . .
      RUN cd packages/kit && npm run build
      RUN cd services/auth && npm run build
      RUN find packages/kit services/auth '(' -name node_modules -o -path '*/.next/cache' ')' -prune -exec rm -rf '{}' +

      FROM \${NODE_IMAGE}
      ENV NODE_ENV=production
      WORKDIR /app/services/auth
      COPY --from=runtime /app /app
      COPY --from=build /app/packages/kit /app/packages/kit
      COPY --from=build /app/services/auth /app/services/auth
      USER 1000:1000
      ENTRYPOINT []
      CMD ["/bin/sh","-c","exec node dist/main.js"]
      "
    `);
  });

  test('in a workspace of Yarn', async () => {
    await write({
      ...workspace,
      'yarn.lock': '__metadata:\n  version: 8\n',
      '.yarnrc.yml': 'nodeLinker: node-modules\n',
    });
    expect(installs(await dockerfile())).toMatchInlineSnapshot(`
      [
        "npm install --global --force @yarnpkg/cli-dist@4",
        "cd services/auth && yarn workspaces focus --production && rm -rf /app/node_modules/.yarn-state.yml /app/.yarn",
        "yarn install --immutable",
      ]
    `);
  });

  test('in a workspace of Yarn 1', async () => {
    await write({ ...workspace, 'yarn.lock': '# yarn lockfile v1\n' });
    expect(installs(await dockerfile())).toMatchInlineSnapshot(`
      [
        "npm install --global --force yarn@1",
        "yarn install --frozen-lockfile --non-interactive --production && rm -rf /app/node_modules/.yarn-integrity",
        "yarn install --frozen-lockfile --non-interactive",
      ]
    `);
  });

  test('that is a package of its own, with npm', async () => {
    await write({
      'services/auth/package.json': { ...service, dependencies: { express: '5' } },
      'services/auth/package-lock.json': '{}',
      'services/auth/src/main.ts': '',
    });
    expect(await dockerfile()).toMatchInlineSnapshot(`
      "ARG NODE_IMAGE=node:22-bookworm-slim

      FROM \${NODE_IMAGE} AS manifests
      WORKDIR /app
      COPY package-lock.json package.json ./

      FROM manifests AS runtime
      RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \\
          --mount=type=secret,id=authorities,target=/run/secrets/authorities \\
          --mount=type=cache,target=/root/.npm \\
          if [ -f /run/secrets/authorities ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/authorities; fi; export CI=true; npm ci --omit=dev --prefer-offline --no-audit --no-fund

      FROM manifests AS build
      RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \\
          --mount=type=secret,id=authorities,target=/run/secrets/authorities \\
          --mount=type=cache,target=/root/.npm \\
          if [ -f /run/secrets/authorities ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/authorities; fi; export CI=true; npm ci --prefer-offline --no-audit --no-fund
      COPY . .
      RUN npm run build
      RUN find . '(' -name node_modules -o -path '*/.next/cache' ')' -prune -exec rm -rf '{}' +

      FROM \${NODE_IMAGE}
      ENV NODE_ENV=production
      WORKDIR /app
      COPY --from=runtime /app /app
      COPY --from=build /app /app
      USER 1000:1000
      ENTRYPOINT []
      CMD ["/bin/sh","-c","exec node dist/main.js"]
      "
    `);
  });

  test.each([
    ["lockfileVersion: '9.0'\n", 'pnpm@10'],
    ["lockfileVersion: '6.0'\n", 'pnpm@8'],
  ])('that is a package of its own, with pnpm (%j)', async (lockfile, version) => {
    await write({
      'services/auth/package.json': { ...service, dependencies: { express: '5' } },
      'services/auth/pnpm-lock.yaml': lockfile,
    });
    expect(installs(await dockerfile())).toEqual([
      `npm install --global --force ${version}`,
      expect.stringMatching(/^pnpm install --frozen-lockfile --prod && rm -rf /),
      'pnpm install --frozen-lockfile',
    ]);
  });

  test('that is a package of its own, with Yarn', async () => {
    await write({
      'services/auth/package.json': { ...service, dependencies: { express: '5' }, packageManager: 'yarn@4.9.1' },
      'services/auth/yarn.lock': '__metadata:\n',
      'services/auth/.yarnrc.yml': 'nodeLinker: node-modules\n',
    });
    expect(installs(await dockerfile())).toEqual([
      'npm install --global --force @yarnpkg/cli-dist@4.9.1',
      'yarn workspaces focus --production && rm -rf /app/node_modules/.yarn-state.yml /app/.yarn',
      'yarn install --immutable',
    ]);
  });

  test('that is a package of its own needs no name', async () => {
    const nameless = {
      'services/auth/package.json': { dependencies: { ms: '2' } },
      'services/auth/package-lock.json': '{}',
    };
    await write(nameless);
    expect(installs(await dockerfile())).toHaveLength(2);
  });

  test('without a package.json installs and builds nothing', async () => {
    await write({ 'services/auth/main.js': '' });
    expect(await dockerfile(image({ start: 'node main.js' }))).toMatchInlineSnapshot(`
      "ARG NODE_IMAGE=node:22-bookworm-slim

      FROM \${NODE_IMAGE} AS manifests
      WORKDIR /app

      FROM manifests AS build
      COPY . .
      RUN find . '(' -name node_modules -o -path '*/.next/cache' ')' -prune -exec rm -rf '{}' +

      FROM \${NODE_IMAGE}
      ENV NODE_ENV=production
      WORKDIR /app
      COPY --from=build /app /app
      USER 1000:1000
      ENTRYPOINT []
      CMD ["/bin/sh","-c","exec node main.js"]
      "
    `);
  });

  test('runs the build and start commands of the config', async () => {
    await write({ ...workspace, 'package-lock.json': '{}' });
    const text = await dockerfile(image({ build: 'npm run compile', start: 'PORT=1 node "dist/a b.js"' }));
    expect(text).toContain('RUN cd services/auth && npm run compile\n');
    expect(text).toContain(String.raw`CMD ["/bin/sh","-c","PORT=1 node \"dist/a b.js\""]`);
  });

  test('in a folder with spaces and quotes', async () => {
    const folder = `services/the "main" $API's`;
    await write({ ...workspace, [`${folder}/package.json`]: { ...service, name: 'main' }, 'package-lock.json': '{}' });
    const text = await dockerfile(image({ context: folder }));
    const lines = text.split('\n').filter((line) => line.includes('main'));
    expect(lines.map((line) => line.replace(/.*export CI=true; /, ''))).toMatchInlineSnapshot(`
      [
        "COPY ["services/the \\\\\\"main\\\\\\" \\\\$API\\\\'s/package.json","services/the \\\\\\"main\\\\\\" \\\\$API\\\\'s/"]",
        "npm ci --omit=dev --prefer-offline --no-audit --no-fund --workspace 'services/the "main" $API'\\''s'",
        "RUN cd 'services/the "main" $API'\\''s' && npm run build",
        "RUN find packages/kit 'services/the "main" $API'\\''s' '(' -name node_modules -o -path '*/.next/cache' ')' -prune -exec rm -rf '{}' +",
        "WORKDIR /app/services/the \\"main\\" \\$API\\'s",
        "COPY --from=build ["/app/services/the \\\\\\"main\\\\\\" \\\\$API\\\\'s","/app/services/the \\\\\\"main\\\\\\" \\\\$API\\\\'s"]",
        "CMD ["/bin/sh","-c","exec node dist/main.js"]",
      ]
    `);
  });
});

describe('the Dockerfile of a Next.js service', () => {
  test('that stands alone holds its server and what belongs beside it', async () => {
    const config = "export default { output: 'standalone' };";
    await write({ ...workspace, 'package-lock.json': '{}', 'apps/web/next.config.ts': config });
    expect(fromBuild(await dockerfile(next()))).toMatchInlineSnapshot(`
      "FROM manifests AS build
      RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \\
          --mount=type=secret,id=authorities,target=/run/secrets/authorities \\
          --mount=type=cache,target=/root/.npm \\
          if [ -f /run/secrets/authorities ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/authorities; fi; export CI=true; npm ci --prefer-offline --no-audit --no-fund
      COPY . .
      RUN cd apps/web && export NODE_ENV=production && npm run build
      RUN app=$(node -p 'require(process.argv[1]).relativeAppDir' "$PWD"/apps/web/.next/required-server-files.json) && base=/out/apps/web && base=\${base%"/$app"} && mkdir -p "$base" && cp -R apps/web/.next/standalone/. "$base" && test -f /out/apps/web/server.js && cp -R apps/web/.next/static /out/apps/web/.next/static && if [ -d apps/web/public ]; then cp -R apps/web/public /out/apps/web/public; fi

      FROM \${NODE_IMAGE}
      ENV NODE_ENV=production
      ENV HOSTNAME=0.0.0.0
      ENV NEXT_TELEMETRY_DISABLED=1
      WORKDIR /app/apps/web
      COPY --from=build --chown=1000:1000 /out /app
      USER 1000:1000
      ENTRYPOINT []
      CMD ["/bin/sh","-c","exec node server.js"]
      "
    `);
  });

  test('that does not is served by next start, with what it needs when it runs', async () => {
    await write({ ...workspace, 'package-lock.json': '{}', 'apps/web/next.config.mjs': 'export default {};' });
    expect(fromBuild(await dockerfile(next()))).toMatchInlineSnapshot(`
      "FROM manifests AS build
      RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \\
          --mount=type=secret,id=authorities,target=/run/secrets/authorities \\
          --mount=type=cache,target=/root/.npm \\
          if [ -f /run/secrets/authorities ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/authorities; fi; export CI=true; npm ci --prefer-offline --no-audit --no-fund
      COPY . .
      RUN cd apps/web && export NODE_ENV=production && npm run build
      RUN find apps/web '(' -name node_modules -o -path '*/.next/cache' ')' -prune -exec rm -rf '{}' +

      FROM \${NODE_IMAGE}
      ENV NODE_ENV=production
      ENV HOSTNAME=0.0.0.0
      ENV NEXT_TELEMETRY_DISABLED=1
      WORKDIR /app/apps/web
      COPY --from=runtime /app /app
      COPY --from=build --chown=1000:1000 /app/apps/web /app/apps/web
      USER 1000:1000
      ENTRYPOINT []
      CMD ["/bin/sh","-c","exec node \\"$(node -p \\"require.resolve('next/dist/bin/next')\\")\\" start"]
      "
    `);
  });
});

describe('what an image is made from', () => {
  test('is the service, the packages that it links, the files at the root, and each package.json', async () => {
    await write({
      ...workspace,
      'package-lock.json': '{}',
      '.gitignore': 'generated\n*.local',
      '.env': 'SECRET=1',
      '.npmrc': '//registry.example/:_authToken=1',
      'notes.local': '',
      'services/auth/.env': 'SECRET=1',
      'services/auth/dist/main.js': '',
      'services/auth/node_modules/x/index.js': '',
      'services/auth/generated/x.ts': '',
    });
    expect((await plan()).context.files).toEqual([
      '.gitignore',
      'apps/web/package.json',
      'package-lock.json',
      'package.json',
      'packages/kit/package.json',
      'packages/kit/src/index.ts',
      'services/auth/package.json',
      'services/auth/src/main.ts',
      'tsconfig.base.json',
    ]);
  });

  test('with a Dockerfile of its own is what .dockerignore leaves of the workspace', async () => {
    await write({
      ...workspace,
      'package-lock.json': '{}',
      'services/auth/Dockerfile': 'FROM scratch\n',
      'services/auth/dist/main.js': '',
      'node_modules/x/index.js': '',
      '.dockerignore': 'apps\n**/*.json\n!package.json',
    });
    const planned = await plan();
    expect(planned.dockerfile).toBe('FROM scratch\n');
    expect(planned.source).toEqual({ type: 'dockerfile' });
    expect(planned.context.files).toEqual([
      '.dockerignore',
      'package.json',
      'packages/kit/src/index.ts',
      'services/auth/Dockerfile',
      'services/auth/dist/main.js',
      'services/auth/src/main.ts',
    ]);
  });

  test.each<[string, Readonly<Record<string, string>>, boolean]>([
    ['the source', { 'services/auth/src/main.ts': '1' }, true],
    ['a linked package', { 'packages/kit/src/index.ts': '1' }, true],
    ['a file at the root', { 'tsconfig.base.json': '{"a": 1}' }, true],
    ['the lockfile', { 'package-lock.json': '{"a": 1}' }, true],
    ['another service', { 'apps/web/src/page.tsx': '1' }, false],
    ['what is built', { 'services/auth/dist/main.js': '1' }, false],
  ])('%s changes its hash: %j', async (_name, change, isChanged) => {
    await write({ ...workspace, 'package-lock.json': '{}' });
    const first = await plan();
    await write(change);
    expect((await plan()).hash !== first.hash).toBe(isChanged);
  });

  test('the processor, a command and the base image change its hash, too', async () => {
    await write({ ...workspace, 'package-lock.json': '{}' });
    const folders = { projectFolder: root, artifactFolder: root };
    const hashes = await Promise.all([
      plan(),
      plan(image({ architecture: 'arm64' })),
      plan(image({ start: 'node dist/other.js' })),
      planImage(image(), folders, { node: 'mirror.example/node:22' }),
    ]);
    expect(new Set(hashes.map(({ hash }) => hash)).size).toBe(4);
  });
});

describe('what cannot be made into an image says so', () => {
  test('dependencies without a lockfile', async () => {
    await write(workspace);
    await expect(plan()).rejects.toMatchObject({ code: 'LOCKFILE_MISSING', path: 'services.auth' });
  });

  test('Yarn without node_modules', async () => {
    await write({ ...workspace, 'yarn.lock': '__metadata:\n' });
    await expect(plan()).rejects.toMatchObject({ code: 'PACKAGE_MANAGER_UNSUPPORTED' });
  });

  test('a folder that does not exist', async () => {
    await expect(plan()).rejects.toMatchObject({ code: 'SERVICE_FOLDER_MISSING', path: 'services.auth.path' });
  });
});
