import type { LoggerService } from '@nestjs/common';

/** One JSON object a line on stdout, stack traces included. */
export class JsonLogger implements LoggerService {
  constructor(private readonly service: string) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest passes the context last and, for errors, a stack before it. */
  private write(level: string, message: unknown, rest: readonly unknown[]): void {
    const context = rest.at(-1);
    const stack = message instanceof Error ? message.stack : rest.length > 1 ? rest[0] : undefined;
    const text = message instanceof Error ? message.message : message;
    const line = { time: new Date().toISOString(), level, service: this.service, context, message: text, stack };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}
