import { Logger } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

const logger = new Logger('Http');

/** One line a finished request; health checks and query strings are left out. */
export function accessLog(request: Request, response: Response, next: NextFunction): void {
  if (request.path === '/health') return next();
  const { method, path } = request;
  const requestId = request.get('x-request-id') ?? '-';
  const start = performance.now();
  response.on('close', () => {
    const outcome = response.writableFinished ? String(response.statusCode) : 'aborted';
    logger.log(`${method} ${path} ${outcome} ${(performance.now() - start).toFixed(1)}ms request=${requestId}`);
  });
  next();
}
