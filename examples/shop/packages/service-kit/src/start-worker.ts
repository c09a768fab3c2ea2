import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JsonLogger } from './json-logger.js';
import { onStopSignal } from './stop-signal.js';

/** Boots a module that listens nowhere, such as a consumer of a queue. SIGTERM and SIGINT end it as they end a service. */
export async function startWorker(name: string, module: Type): Promise<void> {
  const logger = new JsonLogger(name);
  try {
    const app = await NestFactory.createApplicationContext(module, { logger, abortOnError: false });
    onStopSignal(() => undefined);
    app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
    new Logger('Start').log('Working.');
  } catch (error) {
    logger.fatal(error, 'Start');
    process.exit(1);
  }
}
