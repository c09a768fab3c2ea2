import { z } from 'zod';
import { commandNames, commandsFor } from './commands/index.js';
import { errorsDocument } from './errors-document.js';

/** The schema of what each command prints with `--json`, by its name, and of what any of them prints when it fails. */
async function documentSchemas(): Promise<Readonly<Record<string, z.ZodType>>> {
  const commands = await Promise.all(commandNames.map((name) => commandsFor([name])));
  return {
    errors: errorsDocument,
    ...Object.fromEntries(commands.flat().map(({ name, document }) => [name, document])),
  };
}

/** The same as JSON Schema (2020-12), in one document: `$defs` holds one schema a command. */
export async function documentJsonSchema(): Promise<object> {
  const schemas = Object.entries(await documentSchemas());
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'What Landfall’s commands print with --json',
    $defs: Object.fromEntries(
      schemas.map(([name, schema]) => {
        const { $schema: _dialect, ...rest } = z.toJSONSchema(schema);
        return [name, rest];
      }),
    ),
  };
}

/**
 * Checks what a command printed with `--json` on standard output.
 * @throws Error that names the command and where its document differs
 */
export async function checkDocument(command: string, exitCode: number | null, stdout: string): Promise<void> {
  const failed = exitCode === 1 || exitCode === 130;
  const schema = (await documentSchemas())[failed ? 'errors' : command];
  if (schema === undefined) throw new Error(`No schema is published for ${command}.`);
  const result = schema.safeParse(JSON.parse(stdout));
  if (!result.success) throw new Error(`${command} --json: ${z.prettifyError(result.error)}`);
}
