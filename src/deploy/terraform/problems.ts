import { LandfallError, LandfallErrors, type Problem } from '../../base/errors.js';
import type { Diagnostic } from './messages.js';

interface Explanation {
  readonly when: RegExp;
  readonly code: string;
  readonly fix: string;
}

const again = 'then run the command again: it goes on where it stopped.';

/** What is known of Terraform's and AWS's errors; the first that fits. */
const explanations: readonly Explanation[] = [
  {
    when: /failed to (save|persist) state|error saving state|failed to upload state/i,
    code: 'STATE_NOT_SAVED',
    fix: 'Terraform has left its state in this machine’s artifact folder. Put right what Terraform names, and run the command again on this machine: it saves that state first.',
  },
  {
    when: /ExpiredToken|security token included in the request is expired|token has expired/i,
    code: 'AWS_CREDENTIALS_EXPIRED',
    fix: `Sign in again, such as with \`aws sso login\`, ${again}`,
  },
  {
    when: /No valid credential sources found|failed to refresh cached credentials/i,
    code: 'AWS_NO_CREDENTIALS',
    fix: `Sign in with \`aws sso login\` and set AWS_PROFILE, or set the AWS_* variables, ${again}`,
  },
  {
    when: /already scheduled for deletion/i,
    code: 'SECRET_PENDING_DELETION',
    fix: `A deleted secret keeps its name until its recovery window ends. Free it: \`aws secretsmanager delete-secret --force-delete-without-recovery --secret-id NAME\`, ${again}`,
  },
  {
    when: /BucketAlreadyExists/,
    code: 'BUCKET_NAME_TAKEN',
    fix: 'Another account has a bucket of this name. Choose another project or environment name.',
  },
  {
    when: /AlreadyExists|already exists|BucketAlreadyOwnedByYou|DuplicateLoadBalancerName/,
    code: 'RESOURCE_EXISTS',
    fix: `It exists, and Terraform's state does not know it: made by hand, or by a run on another machine that was killed before it could save. Remove it or \`terraform import\` it, ${again}`,
  },
  {
    when: /LimitExceeded|quota|TooMany\w+Exception/i,
    code: 'AWS_QUOTA',
    fix: `A quota of the account is used up. Ask for more in the Service Quotas console, ${again}`,
  },
  {
    when: /AccessDenied|UnauthorizedOperation|not authorized to perform/,
    code: 'AWS_ACCESS_DENIED',
    fix: `Let the role or user that deploys do what AWS names, ${again}`,
  },
  {
    when: /no space left on device/i,
    code: 'DISK_FULL',
    fix: `Free space on this machine's disk, ${again}`,
  },
  {
    when: /no such host|connection refused|connection reset|request send failed|i\/o timeout|TLS handshake timeout|Client\.Timeout|\bEOF\b/i,
    code: 'AWS_UNREACHABLE',
    fix: `Check the network, its proxy and AWS_ENDPOINT_URL, ${again}`,
  },
  {
    when: /Instance cannot be destroyed/,
    code: 'PREVENT_DESTROY',
    fix: 'The stack keeps this from being destroyed. infra:destroy lifts that; a deploy does not.',
  },
  {
    when: /waiting for ACM Certificate.*(validat|issued)/i,
    code: 'CERTIFICATE_NOT_VALIDATED',
    fix: `The certificate's DNS record is not seen from outside: let the domain's registrar name the hosted zone's name servers, ${again}`,
  },
  {
    when: /state data in S3 does not have the expected content|does not match the stored checksum/i,
    code: 'STATE_DAMAGED',
    fix: 'The state was changed by hand or half written. Take back its last version in the state bucket, then run the command again.',
  },
];

/**
 * What Terraform said as problems; its own words stay whole in the message, and in `cause`.
 * @param stderr what it wrote beside its messages, for when it gives no diagnostic
 * @param retry the command line to run again, for the advice on a lock
 */
export function terraformProblem(
  diagnostics: readonly Diagnostic[],
  { command, stderr, retry }: { readonly command: string; readonly stderr: string; readonly retry: string },
): LandfallError {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const said = errors.length > 0 ? errors : [{ severity: 'error', summary: lastLines(stderr) } as const];
  const unique = new Map(said.map((one) => [`${one.summary}\0${one.detail ?? ''}\0${one.address ?? ''}`, one]));
  const [first, ...rest] = [...unique.values()].map((one) => problemOf(one, retry));
  if (first === undefined) return failed(command);
  const problems = new LandfallErrors([first, ...rest]);
  problems.cause = said.map(({ summary, detail = '' }) => `${summary}\n${detail}`).join('\n');
  return problems;
}

const failed = (command: string): LandfallError =>
  new LandfallError({
    code: 'TERRAFORM_FAILED',
    message: `terraform ${command} ended without a word.`,
    fix: 'Run it again.',
  });

/** Terraform did not end by itself. */
export const killedProblem = (command: string, signal: string): LandfallError =>
  new LandfallError({
    code: 'TERRAFORM_KILLED',
    message: `terraform ${command} was killed (${signal}), as when memory runs out. What it had made and not yet saved is known from its output.`,
    fix: `Run the command again: it takes that over, and tells how to free the lock that was left on the state.`,
  });

/** Codes of errors after which AWS may have made what Terraform's state does not know. */
const unsure = ['AWS_UNREACHABLE', 'RESOURCE_EXISTS', 'TERRAFORM_KILLED', 'STATE_NOT_SAVED'];

/** Whether an apply that ended with this error may have made what its state does not know. */
export const leavesUnsaved = (error: unknown): boolean =>
  !(error instanceof LandfallError) || error.problems.some(({ code }) => unsure.includes(code));

function problemOf(diagnostic: Diagnostic, retry: string): Problem {
  const { summary, detail = '', address } = diagnostic;
  const text = `${summary}${detail === '' ? '' : `\n${detail}`}`;
  const lock = lockIn(text);
  if (lock !== undefined) return lockProblem(lock, retry);
  const known = explanations.find(({ when }) => when.test(text));
  return {
    code: known?.code ?? 'TERRAFORM_FAILED',
    message: text.trim() === '' ? 'Terraform failed without a word.' : text.trim(),
    fix: known?.fix ?? `Correct what Terraform names, ${again}`,
    ...(address !== undefined && { path: address }),
  };
}

/** A lock on the state. */
export interface StateLock {
  readonly id: string;
  /** `user@host`. */
  readonly who: string;
  /** As Terraform writes it: `2026-11-28 22:14:07.1 +0000 UTC`, or ISO 8601. */
  readonly created: string;
}

/** How to go on when another run holds the state. @param retry such as `landfall infra:deploy --env dev` */
export function lockProblem({ id, who, created }: StateLock, retry: string): Problem {
  return {
    code: 'STATE_LOCKED',
    message: `Another run holds the state: ${who}, since ${created} (lock ${id}).`,
    fix: `Wait until it has ended. If it was killed and runs no more, free the lock and go on: ${retry} --unlock ${id}`,
  };
}

function lockIn(text: string): StateLock | undefined {
  if (!/state lock/i.test(text)) return undefined;
  const field = (name: string) => new RegExp(`^\\s*${name}:\\s+(\\S.*)$`, 'm').exec(text)?.[1];
  const id = field('ID');
  return id === undefined ? undefined : { id, who: field('Who') ?? 'unknown', created: field('Created') ?? 'unknown' };
}

/** Without the frame that Terraform draws around errors. */
const lastLines = (text: string): string =>
  text
    .replaceAll(/^[╷│╵] ?/gm, '')
    .trim()
    .split('\n')
    .slice(-20)
    .join('\n');
