import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeAccount, type FakeAccount } from '../testing/aws.js';
import { FakeSecretsManager } from '../testing/secrets-manager.js';
import { rotateOriginVerify } from './origin-verify.js';
import { secretVersions, type SecretVersions } from './versions.js';

const names = { sent: 'shop/dev/kong/ORIGIN_VERIFY', next: 'shop/dev/kong/ORIGIN_VERIFY_NEXT' };
let manager: FakeSecretsManager;
let account: FakeAccount;
/** What is deployed: the value that CloudFront sends, and those that origins accept. */
let deployed: { sends: string; accepts: readonly string[] };

beforeEach(async () => {
  manager = new FakeSecretsManager();
  manager.add(names.sent, 'first');
  manager.add(names.next, 'second');
  account = await fakeAccount(manager.operations);
  deployed = { sends: 'first', accepts: ['first', 'second'] };
});

afterEach(() => account.stop());

const valueOf = (name: string) => manager.value(name) ?? '';

/** Fails at the nth change, as a kill would. While it works, what is sent must always be accepted. */
function rotate(failAt = Infinity): Promise<void> {
  let changes = 0;
  const killed = () => {
    changes += 1;
    if (changes === failAt) throw new Error('killed');
  };
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    killed();
    return work();
  };
  const checked = (versions: SecretVersions): SecretVersions => ({
    ...versions,
    propose: (value) => guarded(() => versions.propose(value)),
    promote: (version) => guarded(() => versions.promote(version)),
    settle: (version) => guarded(() => versions.settle(version)),
  });
  return rotateOriginVerify({
    sent: checked(secretVersions(account.session, names.sent)),
    next: checked(secretVersions(account.session, names.next)),
    targets: { checking: ['rule'], sending: ['distribution'] },
    apply: async ([address]) => {
      await guarded(() => Promise.resolve());
      if (address === 'distribution') deployed = { ...deployed, sends: valueOf(names.sent) };
      else deployed = { ...deployed, accepts: [valueOf(names.sent), valueOf(names.next)] };
      expect(deployed.accepts).toContain(deployed.sends);
    },
  });
}

test('CloudFront sends the next value, which was accepted before; the first is accepted no more', async () => {
  await rotate();
  expect(deployed.sends).toBe('second');
  expect(deployed.accepts[0]).toBe('second');
  expect(deployed.accepts[1]).toMatch(/^\w{48}$/);
  await rotate();
  expect(deployed.sends).not.toBe('second');
});

test.each(Array.from({ length: 13 }, (_, index) => index + 1))(
  'killed at change %i and run again it ends as it should, and no request is refused meanwhile',
  async (failAt) => {
    await rotate(failAt).catch((error: unknown) => expect(String(error)).toContain('killed'));
    expect(deployed.accepts).toContain(deployed.sends);
    await rotate();
    expect(deployed.sends).not.toBe('first');
    expect(deployed.accepts).not.toContain('first');
    expect(deployed.accepts).toEqual([valueOf(names.sent), valueOf(names.next)]);
    expect(deployed.sends).toBe(valueOf(names.sent));
  },
);
