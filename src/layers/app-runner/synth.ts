import type { Config, NextService } from '../../config/config.js';
import { imageVariable, manifestImage, repository } from '../../stack/image.js';
import type { SynthPart } from '../../stack/layer.js';
import { onAppRunner, zoneIndexes, type Refs } from '../../stack/refs.js';
import { attr, resource } from '../../stack/stack.js';
import { roles } from './roles.js';
import { scaling, service, vpcConnector } from './service.js';

/** Next.js front ends that run on App Runner: repository, roles, scaling, service; and one way into the VPC for all of them. */
export function synth(config: Config, refs: Refs): SynthPart {
  const apps = config.services.filter(onAppRunner);
  if (apps.length === 0) return {};
  return {
    resources: [
      resource(vpcConnector, {
        vpc_connector_name: refs.name(40, 'vpc'),
        subnets: zoneIndexes.map((zone) => attr(refs.subnet('private', zone), 'id')),
        security_groups: [attr(refs.securityGroup('app_runner'), 'id')],
        tags: { Name: refs.name(40, 'vpc') },
      }),
      ...apps.flatMap((app) => resourcesOf(config, refs, app)),
    ],
    variables: apps.map(({ name }) => imageVariable(refs, name)),
    manifest: { images: apps.map((app) => manifestImage(refs, app)) },
  };
}

const resourcesOf = (config: Config, refs: Refs, app: NextService) => [
  ...repository(refs, app.name),
  ...roles(refs, app),
  scaling(refs, app),
  service(config, refs, app),
];
