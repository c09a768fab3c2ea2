import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { homedir, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { LandfallError } from '../base/errors.js';
import { writeAtomically } from './state.js';

/** Secrets of a local plane, each sealed with AES-256-GCM under its name. */
export interface Vault {
  /** @throws LandfallError `VAULT_UNREADABLE` */
  read(name: string): Promise<string | undefined>;
  write(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
  names(): Promise<readonly string[]>;
  seal(plain: Buffer): Buffer;
  /** @throws LandfallError `VAULT_UNREADABLE` when it was sealed with another key or changed */
  unseal(sealed: Buffer): Buffer;
}

export interface VaultOptions {
  readonly file: string;
  readonly keyFile: string;
}

/** The user's key for all local planes: outside every project, so that a copied project folder opens nothing. */
export function vaultKeyFile(env: Readonly<Record<string, string | undefined>>): string {
  const own = env['LANDFALL_KEY_FILE'];
  if (own !== undefined && own !== '') return own;
  const standard =
    platform() === 'darwin' ? join(homedir(), 'Library', 'Application Support') : join(homedir(), '.local', 'share');
  return join(env['XDG_DATA_HOME'] ?? standard, 'landfall', 'local.key');
}

const algorithm = 'aes-256-gcm';
const lengths = { key: 32, nonce: 12, tag: 16 } as const;

/** Opens the vault; makes the key when the user has none. Writers in one process take turns; two processes hold the environment's lock. */
export async function openVault({ file, keyFile }: VaultOptions): Promise<Vault> {
  const key = await readOrMakeKey(keyFile);
  let turn: Promise<unknown> = Promise.resolve();
  const change = (edit: (values: Record<string, string>) => void): Promise<void> => {
    const next = turn.then(async () => {
      const values = { ...(await readValues(file)) };
      edit(values);
      await writeAtomically(file, `${JSON.stringify(values, null, 2)}\n`);
    });
    turn = next.catch(() => undefined);
    return next;
  };
  const seal = (plain: Buffer, name = '') => encrypt(key, plain, name);
  const unseal = (sealed: Buffer, name = '') => decrypt(key, sealed, name, file, keyFile);
  return {
    read: async (name) => {
      const sealed = (await readValues(file))[name];
      return sealed === undefined ? undefined : unseal(Buffer.from(sealed, 'base64'), name).toString('utf8');
    },
    write: (name, value) =>
      change((values) => (values[name] = seal(Buffer.from(value, 'utf8'), name).toString('base64'))),
    delete: (name) => change((values) => Reflect.deleteProperty(values, name)),
    names: async () => Object.keys(await readValues(file)).sort(),
    seal: (plain) => seal(plain),
    unseal: (sealed) => unseal(sealed),
  };
}

async function readOrMakeKey(keyFile: string): Promise<Buffer> {
  const existing = await readKey(keyFile);
  if (existing !== undefined) return existing;
  await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 });
  try {
    const handle = await open(keyFile, 'wx', 0o600);
    await handle.writeFile(randomBytes(lengths.key));
    await handle.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const made = await readKey(keyFile);
  if (made === undefined) throw unreadable(`The key ${keyFile} cannot be read.`, keyFile);
  return made;
}

async function readKey(keyFile: string): Promise<Buffer | undefined> {
  const key = await readFile(keyFile).catch(() => undefined);
  if (key !== undefined && key.length !== lengths.key)
    throw unreadable(`The key ${keyFile} has ${String(key.length)} bytes, not ${String(lengths.key)}.`, keyFile);
  return key;
}

async function readValues(file: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  try {
    return JSON.parse(text) as Readonly<Record<string, string>>;
  } catch {
    throw unreadable(`The local secrets in ${file} are not JSON any more.`, file);
  }
}

/** Nonce, tag, then the ciphertext; the name is authenticated with it. */
function encrypt(key: Buffer, plain: Buffer, name: string): Buffer {
  const nonce = randomBytes(lengths.nonce);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(name));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

function decrypt(key: Buffer, sealed: Buffer, name: string, file: string, keyFile: string): Buffer {
  const nonce = sealed.subarray(0, lengths.nonce);
  const tag = sealed.subarray(lengths.nonce, lengths.nonce + lengths.tag);
  try {
    const decipher = createDecipheriv(algorithm, key, nonce).setAAD(Buffer.from(name)).setAuthTag(tag);
    return Buffer.concat([decipher.update(sealed.subarray(lengths.nonce + lengths.tag)), decipher.final()]);
  } catch {
    throw unreadable(
      `A value in ${file} cannot be opened with the key ${keyFile}: it was sealed with another key, or changed.`,
      file,
    );
  }
}

function unreadable(message: string, path: string): LandfallError {
  return new LandfallError({
    code: 'VAULT_UNREADABLE',
    message,
    fix: 'Put the right key back (LANDFALL_KEY_FILE names another place), or remove the local plane’s folder to start afresh.',
    path,
  });
}
