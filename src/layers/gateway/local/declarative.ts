import { parse } from 'yaml';
import { z } from 'zod';
import { LandfallError } from '../../../base/errors.js';

const plugin = z.object({ name: z.string(), config: z.record(z.string(), z.unknown()).default({}) });

const route = z.object({
  name: z.string(),
  paths: z.array(z.string()).min(1),
  regex_priority: z.number().default(0),
  methods: z.array(z.string()).optional(),
  plugins: z.array(plugin).default([]),
});

const service = z.object({
  name: z.string(),
  host: z.string(),
  port: z.number(),
  protocol: z.enum(['http', 'https']),
  plugins: z.array(plugin).default([]),
  routes: z.array(route).default([]),
});

const schema = z.object({
  _format_version: z.literal('3.0'),
  plugins: z.array(plugin).default([]),
  services: z.array(service).default([]),
  upstreams: z
    .array(
      z.object({
        name: z.string(),
        host_header: z.string().optional(),
        targets: z.array(z.object({ target: z.string() })).min(1),
      }),
    )
    .default([]),
});

/** What the local gateway reads of `kong.yml`. */
export type Declarative = z.infer<typeof schema>;
export type DeclaredService = z.infer<typeof service>;
export type DeclaredRoute = z.infer<typeof route>;
export type DeclaredPlugin = z.infer<typeof plugin>;

/** @throws LandfallError `KONG_YML_UNREADABLE` */
export function readDeclarative(text: string, file: string): Declarative {
  try {
    return schema.parse(parse(text));
  } catch (cause) {
    throw new LandfallError(
      {
        code: 'KONG_YML_UNREADABLE',
        message: 'The local gateway cannot read kong.yml.',
        fix: 'Run infra:deploy --local again: it writes the file anew.',
        path: file,
      },
      { cause },
    );
  }
}
