import { serveAws } from '../aws/serve.js';
import type { AwsApi } from '../contract/aws-api.js';
import type { LocalContext } from '../contract/context.js';

/** An AWS endpoint of a test's own. */
export interface TestEndpoint {
  readonly url: string;
  /** What it failed to answer for no reason that AWS has. */
  readonly errors: unknown[];
  /** For an SDK client. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly maxAttempts: number;
  };
  close(): Promise<void>;
}

/** Serves these APIs, and STS, on a free port of the loopback address. */
export async function openTestEndpoint(ctx: LocalContext, apis: readonly AwsApi[]): Promise<TestEndpoint> {
  const errors: unknown[] = [];
  const credentials = { accessKeyId: 'LANDFALL0', secretAccessKey: 'secret' };
  const onError = (error: unknown) => void errors.push(error);
  const server = await serveAws(0, { apis, credentials, ctx: () => ctx, onError });
  const url = `http://127.0.0.1:${String(server.port)}`;
  return {
    url,
    errors,
    client: { endpoint: url, region: 'eu-central-1', credentials, maxAttempts: 1 },
    close: () => server.close({ graceMs: 0 }),
  };
}
