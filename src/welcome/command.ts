import type { CommandSpec } from '../cli/command.ts';

/** What somebody sees who types `cachectl` alone at a terminal. No command of the registry: it has no name. */
export const welcomeSpec: CommandSpec = {
  path: ['welcome'],
  summary: 'Where am I connected, and what can I do?',
  flags: [],
  examples: [],
  risk: 'read',
  spec: 'lenient',
  formats: ['table'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
