import { randomUUID } from 'node:crypto';
import { Transform } from 'node:stream';
import { z } from 'zod';
import { header, withHeader } from '../../../local/http/headers.js';
import { empty, json } from '../../../local/http/responses.js';
import { landfallJwt, postFunction, preFunction } from './lua-plugins.js';
import type { Exchange, PluginFactory } from './plugin.js';
import { rateLimiting } from './rate-limiting.js';

/** Priorities are Kong 3.9.3's own. */
const correlationId: PluginFactory = (config) => {
  const { header_name, echo_downstream } = z
    .object({ header_name: z.string(), echo_downstream: z.boolean() })
    .parse(config);
  return {
    name: 'correlation-id',
    priority: 100_001,
    access: (exchange) => {
      const given = header(exchange.request.headers, header_name);
      const id = given === undefined || given === '' ? randomUUID() : given;
      exchange.request = { ...exchange.request, headers: withHeader(exchange.request.headers, header_name, id) };
      if (echo_downstream) exchange.early.headers.push([header_name, id]);
      return undefined;
    },
  };
};

const corsSchema = z.object({
  origins: z.array(z.string()),
  methods: z.array(z.string()),
  headers: z.array(z.string()),
  exposed_headers: z.array(z.string()),
  credentials: z.boolean(),
  max_age: z.number(),
});

const cors: PluginFactory = (config, { edgePort }) => {
  const { origins, methods, headers, exposed_headers, credentials, max_age } = corsSchema.parse(config);
  const patterns = origins.filter((origin) => origin !== '*').map((origin) => new RegExp(origin));
  // To Kong no origins are all origins.
  const any = origins.length === 0 || origins.includes('*');
  const answered = new WeakSet<Exchange>();
  const allows = (origin: string) =>
    any || patterns.some((pattern) => pattern.test(origin.replace(`:${String(edgePort)}`, '')));
  const forOrigin = (origin: string | undefined): (readonly [string, string])[] => {
    if (origin === undefined || !allows(origin)) return any ? [] : [['Vary', 'Origin']];
    const common: (readonly [string, string])[] = [['Access-Control-Allow-Origin', any && !credentials ? '*' : origin]];
    return [
      ...common,
      ...(credentials ? [['Access-Control-Allow-Credentials', 'true'] as const] : []),
      ...(any ? [] : [['Vary', 'Origin'] as const]),
    ];
  };
  return {
    name: 'cors',
    priority: 2000,
    access: (exchange) => {
      const { request } = exchange;
      const origin = header(request.headers, 'origin');
      const preflight =
        request.method === 'OPTIONS' &&
        origin !== undefined &&
        header(request.headers, 'access-control-request-method') !== undefined;
      if (!preflight) return undefined;
      answered.add(exchange);
      if (!allows(origin)) return empty(200, forOrigin(origin));
      return empty(200, [
        ...forOrigin(origin),
        ['Access-Control-Allow-Headers', headers.join(',')],
        ['Access-Control-Allow-Methods', methods.join(',')],
        ['Access-Control-Max-Age', String(max_age)],
      ]);
    },
    headerFilter: (exchange, response) => {
      if (answered.has(exchange)) return response;
      const added = forOrigin(header(exchange.original.headers, 'origin'));
      const exposed =
        added.length > 1 && exposed_headers.length > 0
          ? [['Access-Control-Expose-Headers', exposed_headers.join(',')] as const]
          : [];
      return { ...response, headers: [...response.headers, ...added, ...exposed] };
    },
  };
};

const bytesIn = { megabytes: 1_048_576, kilobytes: 1024, bytes: 1 } as const;

const requestSizeLimiting: PluginFactory = (config) => {
  const schema = z.object({ allowed_payload_size: z.number(), size_unit: z.enum(['megabytes', 'kilobytes', 'bytes']) });
  const { allowed_payload_size, size_unit } = schema.parse(config);
  const limit = allowed_payload_size * bytesIn[size_unit];
  const tooLarge = () => json(413, { message: 'Request size limit exceeded' });
  return {
    name: 'request-size-limiting',
    priority: 951,
    access: (exchange) => {
      const { body, headers } = exchange.request;
      const length = Number(header(headers, 'content-length') ?? Number.NaN);
      if (length > limit) return tooLarge();
      if (body !== null && Number.isNaN(length)) {
        const tooLong = () => (exchange.brokenOff = tooLarge());
        exchange.request = { ...exchange.request, body: body.pipe(limited(limit, tooLong)) };
      }
      return undefined;
    },
  };
};

/** Breaks a body of unknown length off when it grows past the limit. */
function limited(limit: number, tooLong: () => void): Transform {
  let seen = 0;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      seen += chunk.length;
      if (seen <= limit) {
        done(null, chunk);
        return;
      }
      tooLong();
      done(new Error('Request size limit exceeded'));
    },
  });
}

/** The plugins that the local gateway knows. */
export const pluginFactories: Readonly<Record<string, PluginFactory>> = {
  'pre-function': preFunction,
  'correlation-id': correlationId,
  cors,
  'landfall-jwt': landfallJwt,
  'post-function': postFunction,
  'rate-limiting': rateLimiting,
  'request-size-limiting': requestSizeLimiting,
};
