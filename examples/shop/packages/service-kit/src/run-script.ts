import { Logger } from '@nestjs/common';
import { JsonLogger } from './json-logger.js';

/** Runs a one-off task (migrations, seed): exit code 1 and one log line when it fails. */
export async function runScript(name: string, work: () => Promise<void>): Promise<void> {
  const logger = new JsonLogger(name);
  Logger.overrideLogger(logger);
  try {
    await work();
  } catch (error) {
    logger.fatal(error, 'Script');
    process.exitCode = 1;
  }
}
