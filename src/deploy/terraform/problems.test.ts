import { describe, expect, test } from 'vitest';
import { terraformProblem } from './problems.js';

const of = (summary: string, detail = '') =>
  terraformProblem([{ severity: 'error', summary, detail }], {
    command: 'apply',
    stderr: '',
    retry: 'landfall infra:deploy --env dev',
  });

describe('Terraform’s errors', () => {
  test('a lock is told with its owner, its age and the command that frees it', () => {
    const problem = of(
      'Error acquiring the state lock',
      `Error message: operation error S3: PutObject, StatusCode: 412
Lock Info:
  ID:        3f6c0c1e-2b1d-9a55-8f0c-aa5d3d5e1b2f
  Path:      shop-dev-tfstate-111122223333/terraform.tfstate
  Operation: OperationTypeApply
  Who:       ada@laptop
  Version:   1.11.4
  Created:   2026-11-28 22:14:07.1 +0000 UTC`,
    );
    expect(problem.code).toBe('STATE_LOCKED');
    expect(problem.message).toContain('ada@laptop, since 2026-11-28 22:14:07.1 +0000 UTC');
    expect(problem.fix).toContain('landfall infra:deploy --env dev --unlock 3f6c0c1e-2b1d-9a55-8f0c-aa5d3d5e1b2f');
  });

  test.each([
    ['api error ExpiredToken: The security token included in the request is expired', 'AWS_CREDENTIALS_EXPIRED'],
    ['api error InvalidRequestException: … is already scheduled for deletion.', 'SECRET_PENDING_DELETION'],
    ['api error EntityAlreadyExists: Role with name x already exists.', 'RESOURCE_EXISTS'],
    ['api error AddressLimitExceeded: The maximum number of addresses has been reached.', 'AWS_QUOTA'],
    ['api error UnauthorizedOperation: You are not authorized to perform this operation.', 'AWS_ACCESS_DENIED'],
    ['write /tmp/x: no space left on device', 'DISK_FULL'],
    ['dial tcp 10.0.0.1:443: connect: connection refused', 'AWS_UNREACHABLE'],
    ['exceeded maximum number of attempts, 3, request send failed, Post "https://ecs…": EOF', 'AWS_UNREACHABLE'],
    ['Error saving state: failed to upload state: operation error S3: PutObject, ExpiredToken', 'STATE_NOT_SAVED'],
    ['Instance cannot be destroyed', 'PREVENT_DESTROY'],
    ['something else', 'TERRAFORM_FAILED'],
  ])('%s', (detail, code) => {
    expect(of('creating it', detail)).toMatchObject({ code, message: `creating it\n${detail}` });
  });

  test('one that several resources share is told for each of them, and one said twice once', () => {
    const error = { severity: 'error', summary: 'x' } as const;
    const { problems } = terraformProblem(
      [
        { ...error, address: 'a.b' },
        { ...error, address: 'a.b' },
        { ...error, address: 'c.d' },
      ],
      { command: 'apply', stderr: '', retry: '' },
    );
    expect(problems.map(({ path }) => path)).toEqual(['a.b', 'c.d']);
  });
});
