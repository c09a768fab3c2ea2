import { z } from 'zod';

/** How private subnets reach the internet. The default is the specification's. */
export const natOptions = z.enum(['gateway-per-az', 'gateway', 'instance']);

export const natDefault = 'gateway-per-az';
