import { sign } from 'aws4';
import type { Emulator } from './emulator.js';

/** One call of an AWS API, as the service's own protocol spells it. */
export interface AwsCall {
  readonly service: string;
  readonly region: string;
  readonly method?: 'GET' | 'POST';
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Calls the emulator. @returns the body, XML or JSON @throws with the answer when it is an error */
export async function callAws(emulator: Emulator, call: AwsCall): Promise<string> {
  const { host } = new URL(emulator.endpoint);
  const { service, region, method = 'POST', path = '/', headers = {}, body = '' } = call;
  const signed = sign(
    { service, region, method, path, host, headers: { Host: host, ...headers }, body },
    { accessKeyId: emulator.account, secretAccessKey: 'emulator' },
  );
  const answer = await fetch(`${emulator.endpoint}${path}`, {
    method,
    headers: signed.headers as Record<string, string>,
    ...(method === 'POST' && { body }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${service} ${headers['X-Amz-Target'] ?? body}: ${String(answer.status)} ${text}`);
  return text;
}

/** A call of a service that speaks AWS's query protocol. */
export const query = (service: string, region: string, version: string, action: string): AwsCall => ({
  service,
  region,
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams({ Action: action, Version: version }).toString(),
});

/** A call of a service that speaks JSON; `target` is prefix and operation. */
export const json = (service: string, region: string, target: string, body: object = {}): AwsCall => ({
  service,
  region,
  headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': target },
  body: JSON.stringify(body),
});

/** Makes a public hosted zone: what an account has before anything is deployed into it. */
export async function createHostedZone(emulator: Emulator, name: string): Promise<void> {
  const namespace = 'https://route53.amazonaws.com/doc/2013-04-01/';
  const fields = `<Name>${name}</Name><CallerReference>${name}</CallerReference>`;
  await callAws(emulator, {
    service: 'route53',
    region: 'us-east-1',
    path: '/2013-04-01/hostedzone',
    headers: { 'Content-Type': 'text/xml' },
    body: `<CreateHostedZoneRequest xmlns="${namespace}">${fields}</CreateHostedZoneRequest>`,
  });
}
