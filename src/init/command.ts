import type { CommandSpec } from '../cli/command.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';

/** `cachectl init`. */
export const initSpec: CommandSpec = {
  path: ['init'],
  summary: 'Write a spec file for this application, asking what matters and trying it at once',
  description:
    'Connects to Redis, finds out the layout from the keys that are there, asks the application for an answer, and ' +
    'writes a commented cachectl.yaml with a first scope: from paths, a sitemap or an access log. Whatever a flag says is ' +
    'not asked; with --no-input nothing is, and what is not said is found out or left at its default. --config names ' +
    'the file to write. Passwords are never written: the file says which variable has them.',
  flags: [
    {
      name: 'origin',
      value: 'URL',
      summary: 'address of the application',
      fallback: 'http://127.0.0.1:8000',
    },
    { name: 'path', value: 'PATH', repeatable: true, summary: 'first scope: this path of the application' },
    { name: 'sitemap', value: 'PATH', summary: 'first scope: what a sitemap of the application lists' },
    { name: 'access-log', value: 'FILE', summary: 'first scope: what this log says is asked for most' },
    { name: 'scope-name', value: 'NAME', summary: 'what the first scope is called', fallback: 'pages' },
    { name: 'limit', value: 'N', summary: 'targets of a scope from a sitemap or a log', fallback: '100' },
    {
      name: 'mode',
      value: 'WHAT',
      choices: ['store', 'touch'],
      summary: 'store the answers, or only call an application that fills its cache itself',
      fallback: 'store for plain keys, otherwise touch',
    },
    { name: 'force', summary: 'write over a file that is there' },
    { name: 'no-check', summary: 'try neither Redis nor the application' },
    { name: 'no-schema', summary: 'write no cachectl.schema.json beside it, which editors complete from' },
    ...LAYOUT_FLAGS.filter(({ name }) => name === 'layout'),
  ],
  examples: [
    { line: 'cachectl init', does: 'Answer four questions' },
    {
      line: 'cachectl init --no-input --url redis://127.0.0.1:6379/0 --origin http://127.0.0.1:8000 --path / --path /api/stats',
      does: 'In a script',
    },
    { line: 'cachectl init --sitemap /sitemap.xml --limit 500', does: 'Begin with what the sitemap lists' },
  ],
  risk: 'read',
  spec: 'none',
  formats: ['table', 'json'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
