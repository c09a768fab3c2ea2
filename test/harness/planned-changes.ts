/** One resource that a plan would change. */
export interface PlannedChange {
  readonly address: string;
  readonly type: string;
  /** `create`, `update`, `delete`; a replacement is two of them, in their order. */
  readonly actions: readonly string[];
  /** The top-level attributes that differ, sorted; where none is known to, those that are known after apply alone. */
  readonly attributes: readonly string[];
}

interface PlanDocument {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly mode: string;
    readonly type: string;
    readonly change: {
      readonly actions: readonly string[];
      readonly before: Readonly<Record<string, unknown>> | null;
      readonly after: Readonly<Record<string, unknown>> | null;
      readonly after_unknown: Readonly<Record<string, unknown>>;
    };
  }[];
}

/** What a plan would change, from `terraform show -json`. Reading data is no change. */
export function plannedChanges(shown: string): readonly PlannedChange[] {
  const { resource_changes: all = [] } = JSON.parse(shown) as PlanDocument;
  return all
    .filter(({ mode, change }) => mode === 'managed' && change.actions.some((action) => action !== 'no-op'))
    .map(({ address, type, change: { actions, before, after, after_unknown: unknown } }) => {
      const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].toSorted();
      const known = names.filter((name) => !same(before?.[name], after?.[name]) && unknown[name] !== true);
      const later = names.filter((name) => unknown[name] === true);
      return { address, type, actions, attributes: known.length > 0 ? known : later };
    });
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
