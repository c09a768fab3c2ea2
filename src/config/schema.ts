import { z } from 'zod';
import { environmentSchema } from './environment-schema.js';
import { nameLimit, namePattern } from './names.js';
import { serviceSchema } from './service-schema.js';

/** Names are checked by `checks/names.ts`, so that a bad name does not hide what is wrong below it. */
const propertyNames = { pattern: namePattern, maxLength: nameLimit };

/** The whole config file: the layers' parts joined. */
export const projectSchema = z
  .strictObject({
    $schema: z.string().optional().describe('JSON Schema of this file, for editors.'),
    project: z.string().meta({
      description: 'Name of the project; every physical name starts with it.',
      pattern: namePattern,
      maxLength: nameLimit,
    }),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-[1-9]$/, 'an AWS region such as `eu-central-1`')
      .describe('AWS region.'),
    services: z
      .record(z.string(), serviceSchema)
      .meta({ description: 'The services, by name.', propertyNames, minProperties: 1 }),
    environments: z
      .record(z.string(), environmentSchema)
      .meta({ description: 'The environments, by name.', propertyNames, minProperties: 1 }),
  })
  .describe('Landfall configuration');

type ReadonlyDeep<T> = T extends (...args: never[]) => unknown
  ? T
  : T extends object
    ? { readonly [K in keyof T]: ReadonlyDeep<T[K]> }
    : T;

/** A config file as its author writes it. */
export type ProjectInput = ReadonlyDeep<z.input<typeof projectSchema>>;
export type ServiceInput = ProjectInput['services'][string];
export type EnvironmentInput = ProjectInput['environments'][string];
