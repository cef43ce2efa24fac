import type { LineCounter } from 'yaml';

import {
  expressionLanguage,
  isSurelyValid,
  loadExpressionCheck,
  type ExpressionCheck,
  type ExpressionLanguage,
} from '../text/expression.ts';
import { formatBytes } from '../units/bytes.ts';
import { countOf } from '../units/number.ts';
import { buildSpec } from './build.ts';
import { checkReferences } from './check.ts';
import { ConfigError, type Diagnostic } from './diagnose.ts';
import type { Environment } from './interpolate.ts';
import { schemaFindings } from './issues.ts';
import { MAX_SPEC_BYTES } from './limits.ts';
import { maskedLines, type SourceLines } from './mask.ts';
import { specFileSchema, type SpecFile } from './schema.ts';
import { mapEntries, nodeAt, toPlain, type SourceNode } from './source-tree.ts';
import type { ConnectionNotes, LoadedSpec } from './loaded.ts';
import { readYaml } from './yaml-document.ts';
import type { Finding, ValueFinding } from './finding.ts';

/** A spec file's text; `path` is how messages call it. */
export interface SpecSource {
  readonly path: string;
  readonly text: string;
}

const TOO_LARGE = `this file is over ${formatBytes(MAX_SPEC_BYTES)}, the most that a spec file may have`;

/** Diagnostics that are still useful to a reader; the rest is counted. */
const MAX_DIAGNOSTICS = 200;

/**
 * The text of a spec file.
 * @throws ConfigError where the bytes are over 5 MB, not UTF-8, or no text
 */
export function decodeSpec(path: string, bytes: Uint8Array): SpecSource {
  if (bytes.byteLength > MAX_SPEC_BYTES) throw refusal(path, TOO_LARGE);
  try {
    return { path, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    throw refusal(path, 'this is not a text file in UTF-8');
  }
}

/**
 * Reads and checks a whole spec file.
 * @param env fills in `${NAME}`; a `${NAME:?}` of a connection fails only when it is asked for
 * @param checkExpression for the syntax of JMESPath and JSONPath; see {@link parseWholeSpec}
 * @throws ConfigError with every mistake at once, in the order of the file
 */
export function parseSpec(
  source: SpecSource,
  env: Environment,
  checkExpression: ExpressionCheck = () => undefined,
): LoadedSpec {
  const { path } = source;
  if (Buffer.byteLength(source.text) > MAX_SPEC_BYTES) throw refusal(path, TOO_LARGE);
  if (source.text.includes('\0')) throw refusal(path, 'this is not a text file: it contains NUL bytes');
  const text = source.text.replace(/^\ufeff/, '');
  const { root, syntax, findings, lines } = readYaml(text, env);
  const masked = maskedLines(text, root, lines, syntax.length > 0);
  const describe = (found: readonly Finding[]) => diagnostics(path, found, lines, masked);
  if (syntax.length > 0) throw new ConfigError(describe(syntax));
  if (!root) throw refusal(path, 'this file is empty', 'start it with `version: 1`');

  const deferred = findings.filter(isAboutConnection);
  const errors = findings.filter(({ severity }) => severity !== 'warning').filter((f) => !isDeferred(f));
  const mistakes = [...errors, ...checkShape(root), ...checkReferences(root, checkExpression)];
  if (mistakes.length > 0) {
    throw new ConfigError(describe([...mistakes, ...unsetBehind(mistakes, findings, root)]));
  }

  const connectionNotes = notesByConnection(deferred, describe);
  return {
    path,
    spec: buildSpec(parseUsable(root, connectionNotes), root),
    warnings: describe(findings.filter((f) => f.severity === 'warning' && !isAboutConnection(f))),
    connectionNames: connectionNamesOf(root),
    connectionNotes,
    root,
  };
}

/**
 * Like {@link parseSpec}, with the syntax of every expression. The libraries that know it are loaded only
 * where an expression is more than names, because every command reads the spec file.
 * @throws ConfigError with every mistake at once, in the order of the file
 */
export async function parseWholeSpec(source: SpecSource, env: Environment): Promise<LoadedSpec> {
  const languages = new Set<ExpressionLanguage>();
  const collect: ExpressionCheck = (expression) => {
    if (!isSurelyValid(expression)) languages.add(expressionLanguage(expression));
    return undefined;
  };
  try {
    const loaded = parseSpec(source, env, collect);
    if (languages.size === 0) return loaded;
  } catch (error) {
    if (languages.size === 0) throw error;
  }
  return parseSpec(source, env, await loadExpressionCheck(languages));
}

function checkShape(root: SourceNode): readonly Finding[] {
  try {
    const result = specFileSchema.safeParse(toPlain(root));
    return result.success ? [] : result.error.issues.flatMap((issue) => schemaFindings(issue, root));
  } catch (error) {
    // zod spreads the issues of a list into one call, which a hundred thousand of them overflow.
    if (!(error instanceof RangeError)) throw error;
    return [{ offset: root.start, message: 'too many values of the wrong kind to list' }];
  }
}

/** A value is often wrong because its variable is not set: that warning belongs beside the mistake. */
function unsetBehind(
  mistakes: readonly Finding[],
  findings: readonly ValueFinding[],
  root: SourceNode,
): readonly Finding[] {
  const offsets = new Set(mistakes.map(({ offset }) => offset));
  return findings.filter(({ severity, path }) => {
    const start = severity === 'warning' ? nodeAt(root, path)?.start : undefined;
    return start !== undefined && offsets.has(start);
  });
}

/**
 * The schema's output, with connections that lack a variable as far as they are known: dropping them
 * would lose the protection of a server that is then named by `--url`.
 */
function parseUsable(root: SourceNode, notes: ReadonlyMap<string, ConnectionNotes>): SpecFile {
  const plain = toPlain(root) as { connections?: Record<string, Record<string, unknown>> };
  for (const [name, connection] of Object.entries(plain.connections ?? {})) {
    if ((notes.get(name)?.errors ?? []).length === 0) continue;
    for (const [key, { node }] of mapEntries(nodeAt(root, ['connections', name]))) {
      if (isUnresolved(node)) delete connection[key];
    }
    // Unknown counts as protected: the mistake in the other direction deletes data.
    connection['protected'] ??= isUnresolved(nodeAt(root, ['connections', name, 'protected']));
  }
  return specFileSchema.parse(plain);
}

function isUnresolved(node: SourceNode | undefined): boolean {
  return node?.kind === 'scalar' && node.unresolved;
}

function isAboutConnection({ path, severity }: ValueFinding): boolean {
  return severity !== 'error' && path[0] === 'connections' && path.length > 2;
}

function isDeferred(finding: ValueFinding): boolean {
  return finding.severity === 'required' && isAboutConnection(finding);
}

function notesByConnection(
  deferred: readonly ValueFinding[],
  describe: (found: readonly Finding[]) => readonly Diagnostic[],
): ReadonlyMap<string, ConnectionNotes> {
  const names = new Set(deferred.map(({ path }) => String(path[1])));
  return new Map(
    [...names].map((name) => {
      const own = deferred.filter(({ path }) => path[1] === name);
      const errors = describe(own.filter(({ severity }) => severity === 'required'));
      return [name, { errors, warnings: describe(own.filter(({ severity }) => severity === 'warning')) }];
    }),
  );
}

function connectionNamesOf(root: SourceNode): readonly string[] {
  const connections = nodeAt(root, ['connections']);
  return connections?.kind === 'map' ? [...connections.entries.keys()] : [];
}

/** In the order of the file, each once. */
function diagnostics(
  path: string,
  findings: readonly Finding[],
  lines: LineCounter,
  masked: SourceLines,
): readonly Diagnostic[] {
  const unique = new Map(findings.map((finding) => [`${finding.offset} ${finding.message}`, finding]));
  const sorted = [...unique.values()].sort((a, b) => a.offset - b.offset);
  const shown = sorted.slice(0, MAX_DIAGNOSTICS).map(({ offset, message, suggestion }): Diagnostic => {
    const { line, col: column } = lines.linePos(offset);
    const place = { path, line, column, message, sourceLine: masked(line) };
    return suggestion === undefined ? place : { ...place, suggestion };
  });
  const last = shown.at(-1);
  const hidden = sorted.length - shown.length;
  if (!last || hidden === 0) return shown;
  return [
    ...shown,
    { ...last, message: `${countOf(hidden, 'more mistake')} after this one`, sourceLine: '' },
  ];
}

function refusal(path: string, message: string, suggestion?: string): ConfigError {
  const place = { path, line: 1, column: 1, message, sourceLine: '' };
  return new ConfigError([suggestion === undefined ? place : { ...place, suggestion }]);
}
