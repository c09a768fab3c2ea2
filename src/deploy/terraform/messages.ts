/** A resource in one of Terraform's messages. */
interface Hook {
  readonly resource?: { readonly addr?: string };
  readonly action?: 'create' | 'update' | 'delete' | 'read' | 'replace' | 'noop';
  /** What tells the resource: mostly `id`, and its value. */
  readonly id_key?: string;
  readonly id_value?: string;
  /** Seconds. */
  readonly elapsed_seconds?: number;
}

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly summary: string;
  readonly detail?: string;
  readonly address?: string;
}

/**
 * A line of Terraform's machine-readable output, as far as it is read here.
 * @see https://developer.hashicorp.com/terraform/internals/machine-readable-ui (not re-read)
 */
export type Message =
  | {
      readonly type:
        'apply_start' | 'apply_progress' | 'apply_complete' | 'apply_errored' | 'refresh_start' | 'refresh_complete';
      readonly hook: Hook;
    }
  | { readonly type: 'diagnostic'; readonly diagnostic: Diagnostic }
  | { readonly type: 'other'; readonly text: string };

const hooks = ['apply_start', 'apply_progress', 'apply_complete', 'apply_errored', 'refresh_start', 'refresh_complete'];

/** Anything that is no message of these kinds is `other`, with its text. */
export function readMessage(line: string): Message {
  let document: Readonly<Record<string, unknown>>;
  try {
    document = JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return { type: 'other', text: line };
  }
  const type = String(document['type']);
  if (hooks.includes(type) || type === 'diagnostic') return document as unknown as Message;
  return { type: 'other', text: typeof document['@message'] === 'string' ? document['@message'] : line };
}
