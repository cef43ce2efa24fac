import { defineCommand } from '../cli/command.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { countOf } from '../units/number.ts';
import type { LoadedSpec } from './loaded.ts';

/** A spec file with mistakes never gets here: loading it has reported them all. */
export const command = defineCommand<undefined>({
  parse: () => undefined,
  run: (_options, context) => {
    const loaded = context.spec;
    if (loaded === undefined) throw new Error('validate runs with a spec file');
    const counts = countParts(loaded);
    return Promise.resolve({
      exitCode: ExitCode.ok,
      views: {
        table: (terminal) =>
          `${terminal.style.good('valid:')} ${loaded.path} (${countOf(counts.scopes, 'scope')}, ` +
          `${countOf(counts.entries, 'entry', 'entries')}, ${countOf(counts.connections, 'connection')})`,
        json: () => ({
          schema: 'cachectl/config-validate/v1',
          path: loaded.path,
          valid: true,
          ...counts,
          warnings: loaded.warnings.map(({ line, column, message }) => ({ line, column, message })),
        }),
      },
    });
  },
});

function countParts(loaded: LoadedSpec): {
  readonly scopes: number;
  readonly entries: number;
  readonly connections: number;
} {
  const scopes = Object.values(loaded.spec.scopes);
  return {
    scopes: scopes.length,
    entries: scopes.reduce((sum, scope) => sum + scope.entries.length, 0),
    connections: loaded.connectionNames.length,
  };
}
