import { fields, number, type Fields, type LooseProject } from '../loose.js';
import { mistake, type Mistake } from '../mistake.js';

/**
 * Target groups that one load balancer takes; AWS gives no more. Of rules it gives more when asked: a deploy reads what the account has.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html (read 2026-11-29)
 */
const mostTargetGroups = 100;

/** Landfall's own beside the services': the gateway's and that of the wake-up function. */
const ownTargetGroups = 2;

/** App Runner's most instances a service. @see https://docs.aws.amazon.com/apprunner/latest/api/API_CreateAutoScalingConfiguration.html (not re-read) */
const appRunnerInstances = 25;

/** More than AWS takes: said before AWS does. */
export function quotaMistakes({ services, environments }: LooseProject): readonly Mistake[] {
  const nest = services.filter((service) => service.fields['type'] === 'nestjs').length;
  const onFargate = ({ runtime, type }: Fields) => type === 'nextjs' && runtime === 'fargate';
  const apps = services.filter((service) => onFargate(service.fields)).length;
  const onAppRunner = services.filter(
    (service) => service.fields['type'] === 'nextjs' && service.fields['runtime'] !== 'fargate',
  );
  return [
    ...tooMany(nest + apps + ownTargetGroups),
    ...environments.flatMap((environment) =>
      onAppRunner.flatMap(({ name }) => instances(environment.name, name, fields(environment.fields['services']))),
    ),
  ];
}

function instances(environment: string, name: string, overrides: Fields): readonly Mistake[] {
  const wanted = Object.hasOwn(overrides, name) ? number(fields(overrides[name])['maxInstances']) : undefined;
  if (wanted === undefined || wanted <= appRunnerInstances) return [];
  return [
    mistake(
      'CONFIG_QUOTA',
      ['environments', environment, 'services', name, 'maxInstances'],
      `\`maxInstances\` is ${String(wanted)}; App Runner runs at most ${String(appRunnerInstances)} instances of a service.`,
      `Write at most ${String(appRunnerInstances)}, or set \`services.${name}.runtime\` to "fargate".`,
    ),
  ];
}

function tooMany(targetGroups: number): readonly Mistake[] {
  if (targetGroups <= mostTargetGroups) return [];
  const message = `\`services\` needs ${String(targetGroups)} target groups (one a service, gateway, waking); a load balancer takes ${String(mostTargetGroups)}.`;
  return [mistake('CONFIG_QUOTA', ['services'], message, 'Split the project in two, or join services.')];
}
