/** One change of a plan. */
export interface PlannedChange {
  readonly address: string;
  readonly type: string;
  readonly action: 'create' | 'update' | 'replace' | 'delete';
  /** For a replacement: whether the new one is made before the old one goes. */
  readonly createFirst: boolean;
  /** Top-level arguments whose value changes, sorted; those known after the apply too. */
  readonly attributes: readonly string[];
  /** Arguments that demand the replacement. */
  readonly because: readonly string[];
  /** Values before; empty for what is new. */
  readonly before: Readonly<Record<string, unknown>>;
  /** AWS does it in the resource's next maintenance window: its `apply_immediately` is false. */
  readonly inWindow?: boolean;
}

interface ChangeDocument {
  /** There when an `import` block takes it over. */
  readonly importing?: object;
  readonly actions: readonly string[];
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly after_unknown?: Readonly<Record<string, unknown>>;
  readonly replace_paths?: readonly (readonly (string | number)[])[];
}

/** As much of `terraform show -json PLAN` as is read. @see https://developer.hashicorp.com/terraform/internals/json-format (not re-read) */
export interface PlanDocument {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly mode: string;
    readonly type: string;
    readonly change: ChangeDocument;
  }[];
}

/** What a plan changes, in order of address. Reads and what stays as it is are left out. */
export function plannedChanges({ resource_changes: all = [] }: PlanDocument): readonly PlannedChange[] {
  return all
    .flatMap(({ address, mode, type, change }) => {
      const action = actionOf(change.actions);
      if (mode !== 'managed' || action === undefined) return [];
      return [
        {
          address,
          type,
          action,
          createFirst: change.actions[0] === 'create',
          attributes: action === 'update' || action === 'replace' ? changedAttributes(change) : [],
          because: [...new Set((change.replace_paths ?? []).map(([first]) => String(first)))].toSorted(),
          before: change.before ?? {},
          ...(action === 'update' && change.after?.['apply_immediately'] === false && { inWindow: true }),
        },
      ];
    })
    .toSorted((a, b) => (a.address < b.address ? -1 : 1));
}

/** Addresses that the plan takes over, changed or not. */
export function importedIn({ resource_changes: all = [] }: PlanDocument): readonly string[] {
  return all.flatMap(({ address, change }) => (change.importing === undefined ? [] : [address]));
}

function actionOf(actions: readonly string[]): PlannedChange['action'] | undefined {
  if (actions.length === 2) return 'replace';
  const [only] = actions;
  return only === 'create' || only === 'update' || only === 'delete' ? only : undefined;
}

function changedAttributes({ before, after, after_unknown: unknown = {} }: ChangeDocument): readonly string[] {
  const keys = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {}), ...Object.keys(unknown)]);
  return [...keys]
    .filter((key) => isUnknown(unknown[key]) || JSON.stringify(before?.[key]) !== JSON.stringify(after?.[key]))
    .toSorted();
}

/** Known after the apply, wholly or in a part. */
function isUnknown(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(isUnknown);
  return value === true;
}
