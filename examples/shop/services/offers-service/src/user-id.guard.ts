import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import type { Request } from 'express';

/**
 * Lets in requests that carry X-User-Id. The gateway strips that header from outside and sets it after it has
 * verified a token, so its presence is the proof; only the gateway may reach this service.
 */
@Injectable()
export class UserIdGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (!context.switchToHttp().getRequest<Request>().get('x-user-id'))
      throw new UnauthorizedException('Sign in first.');
    return true;
  }
}
