import { expect, test } from 'vitest';
import { diskFullProblem } from './disk-full.js';

test('a write for which there is no space is told with its file; other errors are not', () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write '/a/main.tf.json'"), {
    code: 'ENOSPC',
    path: '/a/main.tf.json',
  });
  expect(diskFullProblem(full)).toMatchObject({
    code: 'DISK_FULL',
    message: expect.stringContaining('no space left on device') as string,
    path: '/a/main.tf.json',
  });
  expect(diskFullProblem(Object.assign(new Error('EACCES'), { code: 'EACCES' }))).toBeUndefined();
  expect(diskFullProblem('ENOSPC')).toBeUndefined();
});
