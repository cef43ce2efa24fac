import type { CommandSpec } from '../cli/command.ts';

/** `cachectl config validate`. */
export const configValidateSpec: CommandSpec = {
  path: ['config', 'validate'],
  summary: 'Check the spec file and report every mistake at once',
  flags: [],
  examples: [
    { line: 'cachectl config validate', does: 'The spec file found from here upward' },
    { line: 'cachectl config validate --config deploy/cachectl.yaml', does: 'A certain one' },
  ],
  risk: 'read',
  spec: 'required',
  formats: ['table', 'json'],
  usesRedis: false,
  load: () => import('./run-validate.ts'),
};

/** `cachectl config show`. */
export const configShowSpec: CommandSpec = {
  path: ['config', 'show'],
  summary: 'Show every effective setting and where it came from, secrets masked',
  flags: [],
  examples: [
    { line: 'cachectl config show', does: 'All settings' },
    { line: 'cachectl config show --env production', does: 'With another connection chosen' },
  ],
  risk: 'read',
  spec: 'optional',
  formats: ['table', 'json', 'csv', 'markdown'],
  usesRedis: false,
  load: () => import('./run-show.ts'),
};

/** `cachectl config schema`. */
export const configSchemaSpec: CommandSpec = {
  path: ['config', 'schema'],
  summary: 'Print the JSON Schema of the spec file, for editors',
  flags: [],
  examples: [{ line: 'cachectl config schema > cachectl.schema.json', does: 'Save it beside the spec file' }],
  risk: 'read',
  spec: 'none',
  formats: ['json'],
  usesRedis: false,
  load: () => import('./run-schema.ts'),
};
