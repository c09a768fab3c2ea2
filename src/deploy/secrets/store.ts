import { LandfallError } from '../../base/errors.js';

/** Where values live: Secrets Manager, or the local plane's sealed vault. Names are whole: `shop/dev/shared/KEY`. */
export interface SecretStore {
  /** What is there under a prefix that ends with `/`, without reading a value. */
  list(prefix: string): Promise<readonly StoredSecret[]>;
  /** The current value; undefined when there is none. */
  read(name: string): Promise<string | undefined>;
  /** Makes the secret where it is absent, and restores it where it is being deleted. */
  write(name: string, value: string, description: string): Promise<void>;
  /** @param recoverable keeps what can be kept for a while: `secrets:set` brings it back */
  remove(name: string, recoverable: boolean): Promise<void>;
}

export interface StoredSecret {
  readonly name: string;
  readonly hasValue: boolean;
  readonly changedAt: Date | undefined;
}

/** 65,536 bytes. @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html (not re-read) */
const largestBytes = 65_536;

/**
 * A value becomes an environment variable, so it is text without NUL.
 * @throws LandfallError `SECRET_EMPTY`, `SECRET_TOO_LARGE`, `SECRET_NOT_TEXT`
 */
export function assertSecretValue(key: string, value: string): void {
  if (value === '') {
    throw new LandfallError({
      code: 'SECRET_EMPTY',
      message: `The value for ${key} is empty.`,
      fix: 'Give it a value, on standard input, at the prompt or in the file.',
    });
  }
  const bytes = Buffer.byteLength(value);
  if (bytes > largestBytes) {
    throw new LandfallError({
      code: 'SECRET_TOO_LARGE',
      message: `The value for ${key} has ${String(bytes)} bytes; Secrets Manager takes ${String(largestBytes)}.`,
      fix: 'Keep large content in S3, and only its key or address in the secret.',
    });
  }
  // U+FFFD stands where bytes that are no UTF-8 were read.
  if (value.includes('\0') || value.includes('\uFFFD')) {
    throw new LandfallError({
      code: 'SECRET_NOT_TEXT',
      message: `The value for ${key} is not UTF-8 text, or holds a NUL: it cannot be an environment variable.`,
      fix: 'Encode it: base64 < file | landfall secrets:set …, and decode it in the service.',
    });
  }
}
