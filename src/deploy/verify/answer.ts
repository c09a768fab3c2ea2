/** What is behind an address: that decides which answers are good. */
export type EndpointKind = 'api' | 'nextjs' | 'spa';

/** One attempt to ask for an address. */
export type Attempt =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>> }
  /** `code` is the system's or TLS's, such as `ENOTFOUND`. */
  | { readonly status?: undefined; readonly code: string; readonly message: string };

/** What an attempt means. */
export type Verdict =
  { readonly good: true } | { readonly good: false; readonly meaning: string; readonly fix: string };

const good: Verdict = { good: true };
const bad = (meaning: string, fix: string): Verdict => ({ good: false, meaning, fix });

/**
 * Whether an answer is what a deployed address gives, and if not, what it means. The API's root has no route of its own: the gateway's 404 is
 * as good as a page, and so is its 503 with `Retry-After`, which wakes what sleeps.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/troubleshooting-response-errors.html (read 2026-11-28)
 */
export function verdictOf(kind: EndpointKind, attempt: Attempt): Verdict {
  if (attempt.status === undefined) return connectionVerdict(attempt.code, attempt.message);
  const { status, headers } = attempt;
  const server = headers['server'] ?? '';
  if (!throughCloudFront(headers)) {
    return bad(
      `${String(status)} without CloudFront's headers, so the name leads elsewhere`,
      'Look for an older DNS record of that name, in another hosted zone or at the registrar; resolvers may keep it for its lifetime.',
    );
  }
  if (status === 403) return forbidden(kind, server);
  if (status >= 500) return serverError(kind, status, server, headers);
  if (kind === 'spa' && status !== 200) {
    return bad(
      `${String(status)} instead of index.html`,
      'Deploy again: the files of the site may not be uploaded yet.',
    );
  }
  return good;
}

const throughCloudFront = (headers: Readonly<Record<string, string>>): boolean =>
  headers['x-amz-cf-id'] !== undefined || /cloudfront/i.test(headers['via'] ?? '');

function forbidden(kind: EndpointKind, server: string): Verdict {
  if (/^awselb/i.test(server)) {
    return bad(
      '403 from the load balancer, which did not get the X-Origin-Verify value that it expects',
      'Wait until CloudFront has the new value everywhere, some minutes; then deploy again.',
    );
  }
  if (/^cloudfront/i.test(server)) {
    return bad(
      '403 from CloudFront: the web ACL blocks requests from here, or the distribution does not have that name yet',
      'Look into the log group of the web ACL (aws-waf-logs-…) for this machine’s address.',
    );
  }
  if (kind === 'spa') {
    return bad('403 from the bucket, which CloudFront may not read', 'Deploy again: its policy may be missing.');
  }
  return good;
}

function serverError(
  kind: EndpointKind,
  status: number,
  server: string,
  headers: Readonly<Record<string, string>>,
): Verdict {
  const isAsleep = status === 503 && headers['retry-after'] !== undefined && !/^(awselb|cloudfront)/i.test(server);
  if (kind === 'api' && isAsleep) return good;
  const behind = kind === 'api' ? 'the gateway' : 'the service';
  const logs = `Look into its log: landfall infra:logs ${kind === 'api' ? 'gateway' : ''}`.trimEnd();
  if (status === 502)
    return bad(`502: the edge cannot connect to its origin, or ${behind} closed the connection`, `${logs}.`);
  if (status === 503) return bad(`503: no task of ${behind} is healthy yet`, `${logs}, and at its health check.`);
  if (status === 504) return bad(`504: ${behind} did not answer in time, or is not reachable`, `${logs}.`);
  return bad(`${String(status)} from ${behind}`, `${logs}.`);
}

/** TLS's and the system's codes. @see https://nodejs.org/api/tls.html#x509-certificate-error-codes (not re-read) */
function connectionVerdict(code: string, message: string): Verdict {
  if (['ENOTFOUND', 'EAI_AGAIN', 'ENODATA'].includes(code)) {
    return bad(
      `its name is not known (${code})`,
      'Check that the hosted zone’s name servers are those at the registrar. A resolver that was asked too early may say no for 15 minutes.',
    );
  }
  if (/CERT|SIGNATURE|ALTNAME|ISSUER|TLS|SSL/.test(code)) {
    return bad(
      `its certificate is not accepted (${code})`,
      'Wait until CloudFront has the new certificate everywhere, some minutes; if it stays so, another server answers for that name.',
    );
  }
  return bad(
    `no connection (${code === '' ? message : code})`,
    'Check the connection of this machine, then deploy again.',
  );
}
