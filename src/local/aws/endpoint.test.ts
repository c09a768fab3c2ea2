import { CloudWatchClient, DescribeAlarmsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeServicesCommand, ECSClient, ListServicesCommand } from '@aws-sdk/client-ecs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { cbor as codec, dateToTag } from '@smithy/core/cbor';
import aws4 from 'aws4';
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { awsInput, AwsError, awsTime, type AwsApi } from '../contract/aws-api.js';
import { openTestEndpoint, type TestEndpoint } from '../testing/aws-endpoint.js';
import { createFakePlane } from '../testing/fake-context.js';
import { z } from 'zod';

const moment = new Date('2026-11-28T22:00:00.500Z');
const opened: TestEndpoint[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ close }) => close()));
});

/** An endpoint that answers with these APIs. */
async function endpoint(...apis: readonly AwsApi[]): Promise<TestEndpoint> {
  const made = await openTestEndpoint(createFakePlane().context('plane'), apis);
  opened.push(made);
  return made;
}

describe('the local AWS endpoint', () => {
  it('answers AWS JSON, with moments as the SDK reads them', async () => {
    const inputs: unknown[] = [];
    const { client } = await endpoint({
      service: 'ecs',
      operations: {
        DescribeServices: (input) => {
          inputs.push(input);
          return Promise.resolve({ services: [{ serviceName: 'offers', createdAt: moment, status: undefined }] });
        },
      },
    });
    const answer = await new ECSClient(client).send(new DescribeServicesCommand({ services: ['offers'] }));
    expect(inputs).toEqual([{ services: ['offers'] }]);
    expect(answer.services).toEqual([{ serviceName: 'offers', createdAt: moment }]);
  });

  it('tells services apart by what the request is signed for', async () => {
    const api = (service: string): AwsApi => ({
      service,
      operations: { ListServices: () => Promise.resolve({ serviceArns: [service] }) },
    });
    const { client } = await endpoint(api('other'), api('ecs'));
    expect((await new ECSClient(client).send(new ListServicesCommand({}))).serviceArns).toEqual(['ecs']);
  });

  it('answers CloudWatch’s client, and takes what it compresses', async () => {
    const values: number[] = [];
    const schema = z.object({ MetricData: z.array(z.object({ Value: z.number(), Timestamp: awsTime })) });
    const { client } = await endpoint({
      service: 'monitoring',
      operations: {
        PutMetricData: (input) => {
          for (const { Value, Timestamp } of awsInput(schema, input).MetricData)
            if (Timestamp.getTime() === moment.getTime()) values.push(Value);
          return Promise.resolve({});
        },
      },
    });
    const MetricData = Array.from({ length: 600 }, (_, Value) => ({ MetricName: 'WakeUps', Value, Timestamp: moment }));
    await new CloudWatchClient(client).send(new PutMetricDataCommand({ Namespace: 'Landfall', MetricData }));
    expect(values).toHaveLength(600);
  });

  it('answers CBOR', async () => {
    const { url, client } = await endpoint({
      service: 'monitoring',
      operations: { Echo: (input) => Promise.resolve({ ...input, at: moment, was: input['at'] instanceof Date }) },
    });
    const host = url.replace('http://', '');
    const body = Buffer.from(codec.serialize({ name: 'x', at: dateToTag(moment) }));
    const headers = { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' };
    const path = '/service/GraniteServiceVersion20100801/operation/Echo';
    const signed = aws4.sign(
      { service: 'monitoring', region: 'x', method: 'POST', path, host, headers, body },
      client.credentials,
    );
    const answer = await request(`${url}${path}`, {
      method: 'POST',
      headers: signed.headers as Record<string, string>,
      body,
    });
    expect(answer.headers['smithy-protocol']).toBe('rpc-v2-cbor');
    expect(codec.deserialize(new Uint8Array(await answer.body.arrayBuffer()))).toMatchObject({ name: 'x', was: true });
  });

  it('answers the query protocol', async () => {
    const { client } = await endpoint();
    expect(await new STSClient(client).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '000000000000',
      Arn: 'arn:aws:iam::000000000000:user/local-plane',
    });
  });

  it('answers an invocation of Lambda, whose name may be an ARN', async () => {
    const { client } = await endpoint({
      service: 'lambda',
      operations: {
        Invoke: ({ FunctionName, InvocationType, Payload }) =>
          Promise.resolve({
            StatusCode: 200,
            Payload: Buffer.from(
              JSON.stringify([FunctionName, InvocationType, Buffer.from(Payload as Uint8Array).toString()]),
            ),
            FunctionError: 'Unhandled',
          }),
      },
    });
    const FunctionName = 'arn:aws:lambda:eu-central-1:000000000000:function:wake-up';
    const answer = await new LambdaClient(client).send(
      new InvokeCommand({ FunctionName, InvocationType: 'RequestResponse', Payload: Buffer.from('{"a":1}') }),
    );
    expect(answer.FunctionError).toBe('Unhandled');
    expect(answer.Payload?.transformToString()).toBe(JSON.stringify([FunctionName, 'RequestResponse', '{"a":1}']));
  });

  it('refuses as AWS does, in each protocol', async () => {
    const refuse = () => Promise.reject(new AwsError('ResourceNotFoundException', 'It is not there.', 404));
    const { client } = await endpoint(
      { service: 'ecs', operations: { ListServices: refuse } },
      { service: 'lambda', operations: { Invoke: refuse } },
      { service: 'sts', operations: { GetCallerIdentity: refuse } },
      { service: 'monitoring', operations: { DescribeAlarms: refuse } },
    );
    const refusal = {
      name: 'ResourceNotFoundException',
      message: 'It is not there.',
      $metadata: { httpStatusCode: 404 },
    };
    await expect(new ECSClient(client).send(new ListServicesCommand({}))).rejects.toMatchObject(refusal);
    await expect(new LambdaClient(client).send(new InvokeCommand({ FunctionName: 'x' }))).rejects.toMatchObject(
      refusal,
    );
    await expect(new STSClient(client).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject(refusal);
    await expect(new CloudWatchClient(client).send(new DescribeAlarmsCommand({}))).rejects.toMatchObject({
      message: 'It is not there.',
    });
  });

  it('refuses a key that is not the plane’s, a wrong signature, and none', async () => {
    const { client, url } = await endpoint();
    const as = (given: TestEndpoint['client']['credentials']) =>
      new STSClient({ ...client, credentials: given }).send(new GetCallerIdentityCommand({}));
    await expect(as({ ...client.credentials, accessKeyId: 'AKIA1' })).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
    await expect(as({ ...client.credentials, secretAccessKey: 'x' })).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
    const unsigned = await request(url, { method: 'POST', headers: { 'x-amz-target': 'X.ListServices' }, body: '{}' });
    expect(unsigned.statusCode).toBe(403);
    expect(await unsigned.body.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  });

  it('refuses a host name that is not this machine’s, as a browser would send it', async () => {
    const { url } = await endpoint();
    const answer = await request(url, { method: 'POST', headers: { host: 'evil.example' } });
    expect(answer.statusCode).toBe(403);
  });

  it('names an operation that it does not answer', async () => {
    const { client } = await endpoint();
    await expect(new ECSClient(client).send(new ListServicesCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('ListServices of ecs') as string,
    });
  });

  it('answers a mistake of its own with 500, and tells of it', async () => {
    const { client, errors } = await endpoint({
      service: 'ecs',
      operations: { ListServices: () => Promise.reject(new Error('broken')) },
    });
    await expect(new ECSClient(client).send(new ListServicesCommand({}))).rejects.toMatchObject({
      name: 'InternalFailure',
      $metadata: { httpStatusCode: 500 },
    });
    expect(errors).toHaveLength(1);
  });
});
