import type { Config } from '../../config/config.js';
import type { ArtifactFile, Layer } from '../../stack/layer.js';
import { gatewayName, type Refs } from '../../stack/refs.js';
import { databaseImageFiles, dockerfile, luaImageFiles } from './image.js';
import { kongYml } from './kong-yml.js';
import { kongRuntime } from './local/runtime.js';

/** Kong: its configuration and image. Its task is one of the cluster's. */
export const gateway: Layer = {
  name: 'gateway',
  synth: (_config, refs) => ({
    manifest: {
      images: [
        {
          service: gatewayName,
          kind: 'kong',
          runtime: 'kong',
          repository: refs.repository(gatewayName),
          variable: refs.imageVariable(gatewayName),
          context: 'gateway',
        },
      ],
    },
  }),
  files,
  cost: {},
  audit: [],
  local: {},
  runtimes: { kong: kongRuntime },
};

/** `kong.yml` to read, and the folder that the image is built from. */
function files(config: Config, refs: Refs): readonly ArtifactFile[] {
  const content = kongYml(config, refs);
  return [
    { path: 'kong.yml', content },
    { path: 'gateway/kong.yml', content },
    { path: 'gateway/Dockerfile', content: dockerfile(config) },
    ...luaImageFiles(config),
    ...databaseImageFiles(config.gateway.database),
  ];
}
