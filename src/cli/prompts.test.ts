import { expect, test } from 'vitest';
import { assertConfirmed, terminalPrompts, type Prompts } from './prompts.js';

const nobody = terminalPrompts(false, new AbortController().signal);
const says = (answer: boolean): Prompts => ({ ...nobody, available: true, confirm: () => Promise.resolve(answer) });

test('--yes asks nobody; a person decides; without a terminal nothing goes on', async () => {
  await expect(assertConfirmed(nobody, 'Destroy it?', true)).resolves.toBeUndefined();
  await expect(assertConfirmed(says(true), 'Destroy it?', false)).resolves.toBeUndefined();
  await expect(assertConfirmed(says(false), 'Destroy it?', false)).rejects.toMatchObject({ code: 'DECLINED' });
  await expect(assertConfirmed(nobody, 'Destroy it?', false)).rejects.toMatchObject({
    code: 'CONFIRMATION_NEEDED',
    fix: 'Add --yes to go on without being asked.',
  });
});
