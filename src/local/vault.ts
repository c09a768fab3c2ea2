import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { homedir, platform } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { LandfallError, messageOf } from '../base/errors.js';
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

/**
 * The user's key for all local planes: outside every project, so that a copied project folder opens nothing.
 * `LANDFALL_KEY_FILE`, else `landfall/local.key` in the user's data folder.
 */
export function vaultKeyFile(env: Readonly<Record<string, string | undefined>>): string {
  const own = env['LANDFALL_KEY_FILE'];
  if (own !== undefined && own !== '') return own;
  const home = env['HOME'] ?? homedir();
  const standard =
    platform() === 'darwin' ? join(home, 'Library', 'Application Support') : join(home, '.local', 'share');
  // A relative path is to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/ (read 2026-11-23)
  const data = env['XDG_DATA_HOME'];
  return join(data !== undefined && isAbsolute(data) ? data : standard, 'landfall', 'local.key');
}

const algorithm = 'aes-256-gcm';
const lengths = { key: 32, nonce: 12, tag: 16 } as const;

/**
 * Opens the vault; makes the key when the user has none and nothing is sealed yet. Writers in one process take turns and read
 * before they write, so that none loses another's value; of two processes that write at the same moment, the later wins.
 * @throws LandfallError `VAULT_UNREADABLE` when the key is missing or not a key
 */
export async function openVault({ file, keyFile }: VaultOptions): Promise<Vault> {
  const key = (await readKey(keyFile)) ?? (await makeKey(file, keyFile));
  let turn: Promise<unknown> = Promise.resolve();
  const change = (edit: (values: Map<string, string>) => void): Promise<void> => {
    const next = turn.then(async () => {
      const values = await readValues(file);
      edit(values);
      await writeAtomically(file, `${JSON.stringify(Object.fromEntries(values), null, 2)}\n`);
    });
    turn = next.catch(() => undefined);
    return next;
  };
  const unseal = (sealed: Buffer, name: string) => decrypt(key, sealed, name, file, keyFile);
  return {
    read: async (name) => {
      const sealed = (await readValues(file)).get(name);
      return sealed === undefined ? undefined : unseal(Buffer.from(sealed, 'base64'), name).toString('utf8');
    },
    write: (name, value) =>
      change((values) => values.set(name, encrypt(key, Buffer.from(value), name).toString('base64'))),
    delete: (name) => change((values) => values.delete(name)),
    names: async () => [...(await readValues(file)).keys()].sort(),
    seal: (plain) => encrypt(key, plain, ''),
    unseal: (sealed) => unseal(sealed, ''),
  };
}

/** Complete before it has its name, and never in the place of another: of two that make it at once, both get the same. */
async function makeKey(file: string, keyFile: string): Promise<Buffer> {
  if ((await readValues(file)).size > 0)
    throw unreadable(
      `The key ${keyFile}, with which the local secrets in ${file} were sealed, does not exist.`,
      keyFile,
    );
  await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 });
  const temporary = `${keyFile}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(randomBytes(lengths.key));
    await handle.sync();
    await link(temporary, keyFile).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
  } finally {
    await handle.close();
    await rm(temporary, { force: true });
  }
  const made = await readKey(keyFile);
  if (made === undefined) throw unreadable(`The key ${keyFile} was removed again.`, keyFile);
  return made;
}

async function readKey(keyFile: string): Promise<Buffer | undefined> {
  const key = await readIfThere(keyFile);
  if (key !== undefined && key.length !== lengths.key)
    throw unreadable(`The key ${keyFile} has ${String(key.length)} bytes, not ${String(lengths.key)}.`, keyFile);
  return key;
}

async function readValues(file: string): Promise<Map<string, string>> {
  const content = await readIfThere(file);
  if (content === undefined) return new Map();
  const values = parse(content.toString());
  const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string';
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) {
    const entries = Object.entries(values);
    if (entries.every(isText)) return new Map(entries);
  }
  throw unreadable(`The local secrets in ${file} are not what Landfall wrote.`, file);
}

/** Undefined when it is not JSON; the parser's own words could quote the content. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Only an absent file is an empty one: what cannot be read now must not be overwritten. */
async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return undefined;
    throw unreadable(`${file} cannot be read: ${messageOf(cause)}.`, file, cause);
  }
}

const hasCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code;

/** Nonce, tag, then the ciphertext; the name is authenticated with it. */
function encrypt(key: Buffer, plain: Buffer, name: string): Buffer {
  const nonce = randomBytes(lengths.nonce);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: lengths.tag }).setAAD(Buffer.from(name));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

function decrypt(key: Buffer, sealed: Buffer, name: string, file: string, keyFile: string): Buffer {
  const nonce = sealed.subarray(0, lengths.nonce);
  const tag = sealed.subarray(lengths.nonce, lengths.nonce + lengths.tag);
  try {
    const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: lengths.tag })
      .setAAD(Buffer.from(name))
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(sealed.subarray(lengths.nonce + lengths.tag)), decipher.final()]);
  } catch {
    throw unreadable(
      `A value in ${file} cannot be opened with the key ${keyFile}: it was sealed with another key, or changed.`,
      file,
    );
  }
}

function unreadable(message: string, path: string, cause?: unknown): LandfallError {
  return new LandfallError(
    {
      code: 'VAULT_UNREADABLE',
      message,
      fix: 'Put the right key back (LANDFALL_KEY_FILE names another place), or remove the local plane’s folder to start afresh: its secrets and data are lost then.',
      path,
    },
    { cause },
  );
}
