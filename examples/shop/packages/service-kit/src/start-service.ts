import 'reflect-metadata';
import type { Server } from 'node:http';
import type { Type } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { accessLog } from './access-log.js';
import { createDrain } from './drain.js';
import { readServerEnv } from './env.js';
import { JsonLogger } from './json-logger.js';
import { onStopSignal } from './stop-signal.js';

const keepAliveMs = 75_000;
const drainDeadlineMs = 8_000;

/**
 * Boots the module and listens on HOST:PORT. SIGTERM and SIGINT drain it: exit code 0, or 1 when something still ran
 * after 9.5 seconds.
 */
export async function startService(name: string, module: Type): Promise<void> {
  const logger = new JsonLogger(name);
  try {
    await listen(module, logger);
  } catch (error) {
    logger.fatal(error, 'Start');
    process.exit(1);
  }
}

async function listen(module: Type, logger: JsonLogger): Promise<void> {
  const { PORT, HOST } = readServerEnv();
  const app = await NestFactory.create<NestExpressApplication>(module, { logger, abortOnError: false });
  app.disable('x-powered-by');
  const server: Server = app.getHttpServer();
  // Longer than the load balancer's idle timeout (60 s), so that it never reuses a connection closed here.
  server.keepAliveTimeout = keepAliveMs;
  server.headersTimeout = keepAliveMs + 5_000;

  const drain = createDrain(server, drainDeadlineMs);
  app.use((_request: Request, response: Response, next: NextFunction) => {
    drain.track(response);
    next();
  });
  app.use(accessLog);

  onStopSignal(drain.begin);
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  await app.listen(PORT, HOST);
  new Logger('Start').log(`Listening on ${HOST}:${PORT}.`);
}
