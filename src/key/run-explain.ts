import { defineCommand, type JsonDocument } from '../cli/command.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { explanationFields, explanationJson } from '../keys/explanation-view.ts';
import type { KeyExplanation } from '../keys/explanation.ts';
import { keyJson, printableKey } from '../keys/printable.ts';
import { recognizeKey } from '../keys/recognize.ts';
import { renderFields } from '../terminal/table.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';

/** A key as Redis has it, with what it is; `source` says whose rule took it apart. */
interface Explained {
  readonly physical: Buffer;
  readonly explanation: KeyExplanation;
  /** `layout`: the one in use. `recognized`: by what frameworks write into their keys. */
  readonly source: 'layout' | 'recognized' | 'none';
}

export const command = defineCommand<readonly Buffer[]>({
  parse: (input) => input.bytes(input.args),
  run: (keys, context) => {
    const explained = keys.map((physical): Explained => {
      const own = context.layout.explain(physical);
      // A plain layout without prefix fits every key, so what frameworks write tells more.
      const isVague = context.layout.spec.type === 'plain' && context.layout.spec.prefix === '';
      if (own !== undefined && !isVague) return { physical, explanation: own, source: 'layout' };
      const recognized = recognizeKey(physical);
      if (recognized !== undefined) return { physical, explanation: recognized, source: 'recognized' };
      const explanation = own ?? unknownKey(physical);
      return { physical, explanation, source: own === undefined ? 'none' : 'layout' };
    });
    return Promise.resolve({
      exitCode: ExitCode.ok,
      views: {
        table: (terminal) =>
          explained.map((key) => renderKey(key, context.layout.type, terminal)).join('\n\n'),
        json: () => toJson(explained),
      },
    });
  },
});

function unknownKey(physical: Buffer): KeyExplanation {
  return {
    layout: 'unknown',
    prefix: Buffer.alloc(0),
    logical: physical,
    kind: 'entry',
    what: 'entry',
    details: [],
  };
}

function renderKey(
  { physical, explanation, source }: Explained,
  type: string,
  terminal: TerminalInfo,
): string {
  const { layout, prefix, logical } = explanation;
  const notes = {
    layout: layout,
    recognized: `${layout} (recognized; the layout in use is ${type})`,
    none: `none: the key is not of the ${type} layout in use`,
  } as const;
  return renderFields(
    [
      ['physical key', printableKey(physical)],
      ['layout', notes[source]],
      ...(prefix.length === 0 ? [] : [['prefix', printableKey(prefix)] as const]),
      ['key', printableKey(logical)],
      ...(explanation.kind === 'entry' && explanation.details.length === 0
        ? [['what', 'entry'] as const]
        : []),
      ...explanationFields(explanation),
    ],
    terminal,
  );
}

function toJson(keys: readonly Explained[]): JsonDocument {
  return {
    schema: 'cachectl/key-explain/v1',
    keys: keys.map(({ physical, explanation, source }) => ({
      ...keyJson(explanation.logical),
      ...physicalJson(physical),
      source,
      ...explanationJson(explanation),
    })),
  };
}

function physicalJson(physical: Buffer): Readonly<Record<string, string>> {
  const json = keyJson(physical);
  return 'key' in json ? { physical_key: json.key } : { physical_key_base64: json.key_base64 };
}
