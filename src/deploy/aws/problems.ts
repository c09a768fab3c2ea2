import { LandfallError, messageOf } from '../../base/errors.js';

/** The parts of an SDK's error that are read here. */
interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $retryable?: { readonly throttling?: boolean };
  readonly errors?: readonly unknown[];
}

type Kind = 'missing' | 'expired' | 'invalid' | 'denied' | 'throttled' | 'unreachable' | 'other';

/** Error names across services. https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html (not re-read) */
const names: Readonly<Record<string, Kind>> = {
  CredentialsProviderError: 'missing',
  TokenProviderError: 'missing',
  ExpiredToken: 'expired',
  ExpiredTokenException: 'expired',
  RequestExpired: 'expired',
  TokenRefreshRequired: 'expired',
  InvalidClientTokenId: 'invalid',
  UnrecognizedClientException: 'invalid',
  InvalidAccessKeyId: 'invalid',
  InvalidToken: 'invalid',
  InvalidSignatureException: 'invalid',
  SignatureDoesNotMatch: 'invalid',
  AuthFailure: 'invalid',
  AccessDenied: 'denied',
  AccessDeniedException: 'denied',
  AuthorizationError: 'denied',
  AuthorizationErrorException: 'denied',
  UnauthorizedOperation: 'denied',
  Forbidden: 'denied',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  ThrottledException: 'throttled',
  TooManyRequestsException: 'throttled',
  RequestLimitExceeded: 'throttled',
  SlowDown: 'throttled',
  TimeoutError: 'unreachable',
  NetworkingError: 'unreachable',
};

const networkCodes = ['ENOTFOUND', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EAI_AGAIN', 'EPIPE', 'EHOSTUNREACH'];

/**
 * An SDK's error as the user should read it; AWS's own words stay in `cause`. A LandfallError is returned as it is.
 * @param doing what was tried, as the rest of "could not …", such as `read the hosted zones`
 */
export function awsProblem(error: unknown, doing: string): LandfallError {
  if (error instanceof LandfallError) return error;
  return new LandfallError(problemOf(kindOf(error as SdkError), error as SdkError, doing), { cause: error });
}

/** Whether an SDK's error has one of these names. */
export function isAwsError(error: unknown, ...wanted: readonly string[]): boolean {
  return error instanceof Error && wanted.includes(error.name);
}

/** The HTTP status that AWS answered with: all that an error of a HEAD request, which has no body, tells. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error ? (error as SdkError).$metadata?.httpStatusCode : undefined;
}

function kindOf(error: SdkError): Kind {
  const known = names[error.name ?? ''];
  if (known === 'missing' && /expired/i.test(error.message ?? '')) return 'expired';
  if (known !== undefined) return known;
  if (error.$retryable?.throttling === true || error.$metadata?.httpStatusCode === 429) return 'throttled';
  if (networkCodeOf(error) !== undefined) return 'unreachable';
  return error.$metadata?.httpStatusCode === 403 ? 'denied' : 'other';
}

/** The system's code of a failed connection; with several addresses it stands in each of the joined errors. */
function networkCodeOf({ code, errors = [] }: SdkError): string | undefined {
  const codes = [code, ...errors.map((one) => (one as SdkError).code)];
  return codes.find((one): one is string => typeof one === 'string' && networkCodes.includes(one));
}

function problemOf(kind: Kind, error: SdkError, doing: string) {
  const said = `${error.name ?? 'Error'}: ${messageOf(error)}`;
  switch (kind) {
    case 'missing':
      return {
        code: 'AWS_NO_CREDENTIALS',
        message: `Landfall could not ${doing}: no AWS credentials were found.`,
        fix: 'Sign in with `aws sso login` and set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; on CI, assume a role by web identity.',
      };
    case 'expired':
      return {
        code: 'AWS_CREDENTIALS_EXPIRED',
        message: `Landfall could not ${doing}: the AWS credentials have expired.`,
        fix: 'Sign in again, such as with `aws sso login`, then run the command again: it goes on where it stopped.',
      };
    case 'invalid':
      return {
        code: 'AWS_CREDENTIALS_INVALID',
        message: `Landfall could not ${doing}: AWS does not accept the credentials (${error.name ?? ''}).`,
        fix: 'Check AWS_PROFILE or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and the clock of this machine.',
      };
    case 'denied':
      return {
        code: 'AWS_ACCESS_DENIED',
        message: `Landfall could not ${doing}: the caller may not${actionIn(error.message ?? '')}. AWS says: ${said}`,
        fix: 'Let the role or user that deploys do this, or sign in as another.',
      };
    case 'throttled':
      return {
        code: 'AWS_THROTTLED',
        message: `Landfall could not ${doing}: AWS refused too many requests, five times in a row (${error.name ?? ''}).`,
        fix: 'Wait a minute, then run the command again: it goes on where it stopped.',
      };
    case 'unreachable':
      return {
        code: 'AWS_UNREACHABLE',
        message: `Landfall could not ${doing}: AWS does not answer (${networkCodeOf(error) ?? said}).`,
        fix: 'Check the network, its proxy and AWS_ENDPOINT_URL, then run the command again: it goes on where it stopped.',
      };
    case 'other':
      return {
        code: 'AWS_FAILED',
        message: `Landfall could not ${doing}. AWS says: ${said}`,
        fix: 'Correct what AWS names, then run the command again.',
      };
  }
}

/** ` call ecs:UpdateService`; AWS names the action in most refusals. */
function actionIn(message: string): string {
  const action = /perform: ([\w-]+:[\w*]+)/.exec(message)?.[1];
  return action === undefined ? '' : ` call ${action}`;
}
