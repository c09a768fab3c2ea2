import { LandfallError } from '../../../../base/errors.js';
import type { LocalContext } from '../../../../local/contract/context.js';
import type { Inspection } from '../request/inspection.js';

/** Answers which part of the request matched, such as `query argument q`; undefined: none did. */
export type Statement = (inspection: Inspection) => string | undefined;

/** What statements of one web ACL are compiled with. */
export interface Compiler {
  readonly ctx: LocalContext;
  /** Prefix of the labels of its rules. */
  readonly labelPrefix: string;
  /** Says that some statement looks at the body. */
  needsBody(): void;
}

/** What the local plane cannot evaluate is refused, and not passed over. */
export function notLocal(message: string, fix: string): LandfallError {
  return new LandfallError({ code: 'WAF_NOT_LOCAL', message, fix });
}
