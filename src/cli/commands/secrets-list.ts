import { z } from 'zod';
import { secretPrefix } from '../../deploy/secrets/declared.js';
import { renderTable } from '../render/table.js';
import type { CommandEntry } from './index.js';
import { localOption } from './options.js';
import { openSecrets } from './secrets-shared.js';

export const secretsList: CommandEntry = {
  name: 'secrets:list',
  description: 'Show every secret, whether it has a value, and who uses it',
  document: z.strictObject({
    secrets: z.array(
      z.strictObject({
        key: z.string(),
        name: z.string(),
        kind: z.enum(['yours', 'generated', 'undeclared']),
        hasValue: z.boolean(),
        changedAt: z.iso.datetime().nullable(),
        users: z.array(z.string()),
      }),
    ),
  }),
  options: [localOption()],
  async run(given, io) {
    const { store, stack, declared } = await openSecrets(given, io);
    const prefix = secretPrefix(stack);
    const stored = new Map((await store.list(prefix)).map((one) => [one.name, one]));
    const own = declared.map(({ key, name, generated, users }) => ({
      key,
      name,
      kind: generated ? 'generated' : 'yours',
      users,
    }));
    const others = [...stored.keys()]
      .filter((name) => !declared.some((one) => one.name === name))
      .map((name) => ({ key: name.slice(prefix.length), name, kind: 'undeclared', users: [] }));
    const secrets = [...own, ...others].map((one) => ({
      ...one,
      hasValue: stored.get(one.name)?.hasValue === true,
      changedAt: stored.get(one.name)?.changedAt?.toISOString() ?? null,
    }));
    const rows = secrets.map(({ key, kind, hasValue, changedAt, users }) => [
      key,
      kind,
      hasValue ? 'yes' : 'no',
      changedAt?.slice(0, 16).replace('T', ' ') ?? '',
      users.map((address) => address.split('.')[1]?.replaceAll('_', '-') ?? address).join(', '),
    ]);
    return {
      document: { secrets },
      text: `${renderTable(['secret', 'kind', 'has a value', 'changed (UTC)', 'used by'], rows)}\n`,
    };
  },
};
