import { LandfallError } from '../../base/errors.js';

interface Module {
  readonly resources?: readonly {
    readonly address: string;
    readonly mode: string;
    readonly values: Readonly<Record<string, unknown>>;
  }[];
}

/** As much of `terraform show -json` as is read. */
export interface StateDocument {
  readonly values?: { readonly root_module?: Module };
}

/** What stands on AWS, as Terraform's state has it. It may hold secrets: it is kept in memory alone. */
export interface DeployedState {
  /** Of resources, sorted. */
  readonly addresses: readonly string[];
  values(address: string): Readonly<Record<string, unknown>> | undefined;
  /** @throws LandfallError `STATE_INCOMPLETE` when the resource is not there, or has no such text */
  text(address: string, attribute: string): string;
}

export function stateOf({ values }: StateDocument): DeployedState {
  const managed = (values?.root_module?.resources ?? []).filter(({ mode }) => mode === 'managed');
  const all = new Map(managed.map(({ address, values: own }) => [address, own]));
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
