import { addressOf, type Stack } from '../../stack/stack.js';
import { viewOf, type StackView } from '../../stack/view.js';

/** A secret that the Stack has. */
export interface DeclaredSecret {
  /** As commands name it: `offers-service/STRIPE_KEY`. */
  readonly key: string;
  /** Its name in Secrets Manager: `shop/dev/offers-service/STRIPE_KEY`. */
  readonly name: string;
  /** `aws_secretsmanager_secret.offers_service__STRIPE_KEY`. */
  readonly address: string;
  readonly description: string;
  /** Landfall makes the value; else the user gives it. */
  readonly generated: boolean;
  /** Addresses of the ECS and App Runner services whose tasks get the value when they start, sorted. */
  readonly users: readonly string[];
}

/** Every secret of the Stack, sorted by key. */
export function declaredSecrets(stack: Stack): readonly DeclaredSecret[] {
  const view = viewOf(stack);
  return view
    .all('aws_secretsmanager_secret')
    .map((secret): DeclaredSecret => {
      const address = addressOf('resource', secret);
      const name = String(secret.args.name);
      return {
        key: name.slice(secretPrefix(stack).length),
        name,
        address,
        description: typeof secret.args.description === 'string' ? secret.args.description : '',
        generated: view
          .referrers(address)
          .some((referrer) => referrer.startsWith('aws_secretsmanager_secret_version.')),
        users: usersOf(view, address),
      };
    })
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** `shop/dev/`: every secret of the environment is under it. */
export const secretPrefix = ({ project, environment }: Pick<Stack, 'project' | 'environment'>): string =>
  `${project}/${environment}/`;

function usersOf(view: StackView, address: string): readonly string[] {
  const users = view.referrers(address).flatMap((referrer) => {
    if (referrer.startsWith('aws_apprunner_service.')) return [referrer];
    if (!referrer.startsWith('aws_ecs_task_definition.')) return [];
    return view.referrers(referrer).filter((user) => user.startsWith('aws_ecs_service.'));
  });
  return [...new Set(users)].sort();
}
