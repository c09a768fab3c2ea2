import { z } from 'zod';

/** The gateway's defaults; its CORS origins are the environment's front ends. */
export const gatewayDefaults = {
  tier: 'micro',
  minInstances: 1,
  maxInstances: 4,
  database: 'off',
  maxBodySize: '10mb',
  cors: { credentials: true, maxAgeSeconds: 3600 },
} as const;

/** Bytes are counted in whole megabytes; CloudFront itself accepts more than any of these. */
const maxBodySize = z
  .templateLiteral([z.number(), 'mb'], 'a size in megabytes from `1mb` to `1024mb`')
  .refine(
    (size) => /^[1-9]\d{0,3}mb$/.test(size) && parseInt(size, 10) <= 1024,
    'a size in megabytes from `1mb` to `1024mb`',
  );

const origin = z
  .string()
  .regex(
    /^(\*|https?:\/\/[a-z0-9.-]+(:\d{1,5})?)$/,
    'an origin such as `https://app.example.com`, without path, or `*`',
  );

/** The gateway's part of an environment. */
export const gatewayOptions = z.strictObject({
  tier: z
    .enum(['micro', 'small', 'medium', 'large'])
    .optional()
    .meta({ description: 'CPU and memory of a gateway task.', default: gatewayDefaults.tier }),
  minInstances: z
    .int()
    .min(1, 'a whole number from 1 (the gateway must always run: it is what wakes the other services)')
    .max(1000)
    .optional()
    .meta({ description: 'Fewest gateway tasks.', default: gatewayDefaults.minInstances }),
  maxInstances: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .meta({ description: 'Most gateway tasks.', default: gatewayDefaults.maxInstances }),
  database: z
    .enum(['off', 'postgres'])
    .optional()
    .meta({ description: 'Where Kong keeps its configuration: in its image, or in `kong_db`.', default: 'off' }),
  maxBodySize: maxBodySize
    .optional()
    .meta({ description: 'Largest request body, such as `10mb`.', default: gatewayDefaults.maxBodySize }),
  rateLimit: z
    .strictObject({ requestsPerMinute: z.int().min(1).describe('Requests a minute from one address.') })
    .optional()
    .describe('Limit at the gateway, besides WAF’s. Default: none.'),
  cors: z
    .strictObject({
      origins: z.array(origin).optional().describe('Allowed origins. Default: the environment’s front ends.'),
      credentials: z
        .boolean()
        .optional()
        .meta({ description: 'Cookies and authorization are allowed.', default: true }),
      maxAgeSeconds: z.int().min(0).max(86400).optional().meta({
        description: 'How long browsers keep a preflight answer.',
        default: gatewayDefaults.cors.maxAgeSeconds,
      }),
    })
    .optional()
    .describe('Cross-origin requests to the API.'),
});

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

const route = z.strictObject({
  path: z
    .string()
    .max(128)
    .refine(
      isRoutePath,
      'a plain path prefix such as `/offers`: starts with `/`, ends without one, no `..`, no patterns',
    )
    .describe('Path prefix in whole segments: `/offers` matches `/offers` and `/offers/1`, not `/offersome`.'),
  methods: z.array(z.enum(methods)).optional().describe('Methods. Default: every method.'),
  auth: z.enum(['jwt', 'none']).optional().meta({ description: '`jwt`: only with a valid token.', default: 'none' }),
});

/** The gateway's keys of a `nestjs` service. */
export const routeKeys = {
  routes: z.array(route).optional().describe('Where the API answers with this service. Default: nowhere.'),
  oidc: z
    .strictObject({
      discovery: z
        .string()
        .regex(/^(\/[A-Za-z0-9._~-]+)+(\/\*)?$/, 'a path such as `/auth/.well-known/*`')
        .describe('Where its discovery document and keys are, such as `/auth/.well-known/*`.'),
    })
    .optional()
    .describe('It issues the tokens that `auth: "jwt"` verifies.'),
};

function isRoutePath(path: string): boolean {
  return path === '/' || (/^(\/[A-Za-z0-9._~-]+)+$/.test(path) && !/\/\.{1,2}(\/|$)/.test(path));
}
