import { posix } from 'node:path';
import { shellWord } from '../../base/shell.js';
import type { PackageManager } from './package-manager.js';
import { assembleLine, type Recipe } from './recipe.js';

/** Where an image has the workspace. */
export const imageRoot = '/app';

/** The build argument that names Node.js' image, resolved to a digest when it is built. */
export const nodeImageArgument = 'NODE_IMAGE';

/** A user without a name of its own in the base: `node` in Node.js' images. */
export const imageUser = '1000:1000';

/** Build secrets: never part of a layer. */
export const secretIds = { npmrc: 'npmrc', authorities: 'authorities' } as const;

/**
 * A multi-stage Dockerfile. Its first stages install and build as root; the last holds what runs, owned by root where the service need not
 * write, and runs as a plain user.
 * @param manifests files that an install reads, relative to the workspace's root
 */
export function dockerfileOf(recipe: Recipe, nodeImage: string, manifests: readonly string[]): string {
  const { workspace } = recipe;
  const { manager } = workspace;
  const stages = [
    [`ARG ${nodeImageArgument}=${nodeImage}`],
    [
      `FROM \${${nodeImageArgument}} AS manifests`,
      `WORKDIR ${imageRoot}`,
      // Node.js' image has a Yarn of its own: --force replaces it.
      ...(manager?.tool === undefined ? [] : [installLine(manager, `npm install --global --force ${manager.tool}`)]),
      ...copyLines(manifests),
    ],
    ...(recipe.standalone || manager === undefined
      ? []
      : [['FROM manifests AS runtime', installLine(manager, runtimeLine(manager, workspace.service.folder))]]),
    [
      'FROM manifests AS build',
      ...(manager === undefined ? [] : [installLine(manager, manager.installAll)]),
      'COPY . .',
      ...recipe.steps.map(
        ({ folder, command }) => `RUN ${folder === '.' ? '' : `cd ${shellWord(folder)} && `}${command}`,
      ),
      `RUN ${recipe.standalone ? assembleLine(workspace.service.folder, '/out') : cleanLine(recipe.folders)}`,
    ],
    finalStage(recipe),
  ];
  return `${stages.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function finalStage(recipe: Recipe): readonly string[] {
  const { workspace, standalone, writes } = recipe;
  const chown = writes ? `--chown=${imageUser} ` : '';
  const built = recipe.folders.map((folder) => posix.join(imageRoot, folder));
  const copied = standalone
    ? [`COPY --from=build ${chown}/out ${imageRoot}`]
    : [
        ...(workspace.manager === undefined ? [] : [`COPY --from=runtime ${imageRoot} ${imageRoot}`]),
        ...built.map((folder) => `COPY --from=build ${chown}${paths([folder, folder])}`),
      ];
  return [
    `FROM \${${nodeImageArgument}}`,
    ...Object.entries(recipe.env).map(([name, value]) => `ENV ${name}=${value}`),
    `WORKDIR ${literal(posix.join(imageRoot, workspace.service.folder))}`,
    ...copied,
    `USER ${imageUser}`,
    'ENTRYPOINT []',
    `CMD ${JSON.stringify(recipe.command)}`,
  ];
}

/** One COPY a folder, the root first: a COPY of several files lays them all into one. */
function copyLines(files: readonly string[]): readonly string[] {
  const folders = [...new Set(['.', ...files.map((file) => posix.dirname(file))])];
  return folders.flatMap((folder) => {
    const inFolder = files.filter((file) => posix.dirname(file) === folder);
    if (inFolder.length === 0) return [];
    return `COPY ${paths([...inFolder, folder === '.' ? './' : `${folder}/`])}`;
  });
}

/** What COPY takes: as a list where a name has spaces or quotes. */
const paths = (names: readonly string[]): string =>
  names.every((name) => /^[\w./@:+=,-]+$/.test(name)) ? names.join(' ') : JSON.stringify(names.map(literal));

/**
 * A name in an instruction that fills in variables, and takes quotes away with them.
 * @see https://docs.docker.com/reference/dockerfile/#environment-replacement (not re-read)
 */
const literal = (name: string): string => name.replaceAll(/['"$\\]/g, '\\$&');

/** What is installed for the build stays out of the image, and so does what a build keeps for the next one. */
export const cleanLine = (folders: readonly string[]): string =>
  `find ${folders.map(shellWord).join(' ')} '(' -name node_modules -o -path '*/.next/cache' ')' -prune -exec rm -rf '{}' +`;

/** Installs what a service needs when it runs, and nothing that differs from one install to the next. */
export function runtimeLine({ installRuntime, records }: PackageManager, folder: string): string {
  const gone = records.length === 0 ? '' : ` && rm -rf ${records.map((name) => `${imageRoot}/${name}`).join(' ')}`;
  return `${installRuntime(folder)}${gone}`;
}

/** An install with the user's registries and certificate authorities, which no layer keeps. */
function installLine({ cache }: PackageManager, command: string): string {
  const authorities = `/run/secrets/${secretIds.authorities}`;
  return [
    `RUN --mount=type=secret,id=${secretIds.npmrc},target=/root/.npmrc`,
    `    --mount=type=secret,id=${secretIds.authorities},target=${authorities}`,
    `    --mount=type=cache,target=${cache}`,
    `    if [ -f ${authorities} ]; then export NODE_EXTRA_CA_CERTS=${authorities}; fi; export CI=true; ${command}`,
  ].join(' \\\n');
}
