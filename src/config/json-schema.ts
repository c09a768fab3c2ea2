import { z } from 'zod';
import { environmentSchema } from './environment-schema.js';
import { projectSchema } from './schema.js';

/** Draft 7, which editors know best. */
export interface JsonSchema {
  readonly [key: string]: unknown;
}

/** The JSON Schema of a config file, for editors; the same bytes each time. `override` is a function, so JSON has none. */
export function configJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(projectSchema, {
    target: 'draft-07',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === environmentSchema) delete jsonSchema.properties?.['override'];
    },
  });
  return { ...schema, title: 'Landfall configuration' };
}
