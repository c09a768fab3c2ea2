import { LandfallError } from '../../base/errors.js';

/** As much of `terraform state pull` (format 4) as is read: unlike `show`, it loads no provider. */
interface StateDocument {
  readonly resources?: readonly {
    readonly mode: string;
    readonly type: string;
    readonly name: string;
    readonly instances: readonly { readonly attributes?: Readonly<Record<string, unknown>> }[];
  }[];
}

/** What stands on AWS, as Terraform's state has it. It may hold secrets: it is kept in memory alone. */
export interface DeployedState {
  /** Of resources, sorted. */
  readonly addresses: readonly string[];
  values(address: string): Readonly<Record<string, unknown>> | undefined;
  /** @throws LandfallError `STATE_INCOMPLETE` when the resource is not there, or has no such text */
  text(address: string, attribute: string): string;
}

/** @param text what `terraform state pull` prints; nothing when there is no state */
export function readState(text: string): DeployedState {
  const { resources = [] } = text.trim() === '' ? {} : (JSON.parse(text) as StateDocument);
  const all = new Map(
    resources.flatMap(({ mode, type, name, instances }) =>
      mode === 'managed' && instances.length > 0 ? [[`${type}.${name}`, instances[0]?.attributes ?? {}]] : [],
    ),
  );
  return {
    addresses: [...all.keys()].toSorted(),
    values: (address) => all.get(address),
    text: (address, attribute) => {
      const found = all.get(address)?.[attribute];
      if (typeof found === 'string' && found !== '') return found;
      throw new LandfallError({
        code: 'STATE_INCOMPLETE',
        message: `Terraform's state has no ${attribute} of ${address}.`,
        fix: 'Run infra:deploy to the end: it makes what is missing.',
        path: address,
      });
    },
  };
}
