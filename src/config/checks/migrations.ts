import type { LooseProject } from '../loose.js';
import { mistake, type Mistake } from '../mistake.js';

/** A migration is a task of the cluster with the service's own image and role: App Runner has no such thing. */
export function migrationMistakes({ services }: LooseProject): readonly Mistake[] {
  return services.flatMap(({ name, fields: { type, runtime, migrate } }) =>
    type === 'nextjs' && runtime !== 'fargate' && migrate !== undefined
      ? [
          mistake(
            'CONFIG_NOT_APPLICABLE',
            ['services', name, 'migrate'],
            `"${name}" runs on App Runner, and \`migrate\` runs as a task of the cluster.`,
            `Set \`services.${name}.runtime\` to "fargate", or keep that database in a nestjs or worker service.`,
          ),
        ]
      : [],
  );
}
