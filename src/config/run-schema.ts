import { defineCommand } from '../cli/command.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { specJsonSchema } from './schema.ts';

/** The document is a JSON Schema and nothing else, so that an editor can read it as it is. */
export const command = defineCommand<undefined>({
  parse: () => undefined,
  run: () => {
    const { $schema = '', ...schema } = specJsonSchema();
    const document = { $schema, ...schema };
    return Promise.resolve({
      exitCode: ExitCode.ok,
      views: { table: () => JSON.stringify(document, undefined, 2), json: () => document },
    });
  },
});
