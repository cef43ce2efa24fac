import { Composer, Lexer, LineCounter, Parser, type Document, type YAMLError } from 'yaml';

import type { Finding, ValueFinding } from './finding.ts';
import type { Environment } from './interpolate.ts';
import type { SourceNode } from './source-tree.ts';
import { TreeBuilder } from './tree-builder.ts';

/** The file as data, and what is wrong with it as YAML. */
export interface YamlDocument {
  readonly root: SourceNode | undefined;
  /** Syntax errors: the tree is guesswork, so nothing else is worth reporting. */
  readonly syntax: readonly Finding[];
  readonly findings: readonly ValueFinding[];
  readonly lines: LineCounter;
}

/** A spec nests eight levels; the YAML composer is recursive and can take the process down. */
const MAX_NESTING = 64;

/** Own words for errors whose text in the library is jargon, or repeats the source (which may hold secrets). */
const SYNTAX_WORDS: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'an alias needs a name',
  BAD_INDENT: 'wrong indentation, or a bracket that is not closed',
  BLOCK_AS_IMPLICIT_KEY: 'a map cannot start inside this line; text with `: ` needs quotes',
  BAD_SCALAR_START: 'text that starts with this character needs quotes',
  MISSING_CHAR: 'a closing bracket, quote, comma or space is missing',
  MULTILINE_IMPLICIT_KEY: 'a `:` is missing after this key, or its text spans lines',
  MULTIPLE_DOCS: 'more than one document: a spec file holds exactly one',
  TAB_AS_INDENT: 'tabs cannot indent YAML, use spaces',
  UNEXPECTED_TOKEN: 'unexpected text',
};

/** Reads YAML 1.2 data and fills in variables. Never throws for what the text contains. */
export function readYaml(text: string, env: Environment): YamlDocument {
  const lines = new LineCounter();
  // The library does this in Parser.parse(), which is not used here.
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({
    version: '1.2',
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'silent',
  });
  let tooDeepAt: number | undefined;

  function* tokens(): ReturnType<Parser['parse']> {
    for (const lexeme of new Lexer().lex(text)) {
      yield* parser.next(lexeme);
      if (parser.stack.length > MAX_NESTING) {
        tooDeepAt = parser.offset;
        return;
      }
    }
    yield* parser.end();
  }

  // Documents are composed from complete tokens, so that the depth is known before recursion starts.
  const documents: Document.Parsed[] = [];
  for (const document of composer.compose(tokens(), true, text.length)) {
    documents.push(document);
    if (documents.length === 2) break;
  }
  if (tooDeepAt !== undefined) {
    const finding = { offset: tooDeepAt, message: `nested more than ${MAX_NESTING} levels deep` };
    return { root: undefined, syntax: [finding], findings: [], lines };
  }
  const [first, second] = documents;
  const syntax = [...(first?.errors ?? []), ...(first?.warnings ?? []).filter((e) => !isTagProblem(e))].map(
    syntaxFinding,
  );
  if (second) syntax.push({ offset: second.range[0], message: SYNTAX_WORDS['MULTIPLE_DOCS'] ?? '' });
  if (first?.directives.yaml.explicit === true && first.directives.yaml.version !== '1.2') {
    syntax.push({ offset: 0, message: 'a spec file is YAML 1.2', suggestion: 'remove the %YAML line' });
  }
  if (!first?.contents) return { root: undefined, syntax, findings: [], lines };
  const builder = new TreeBuilder(first, text, env, lines);
  const root = builder.build(first.contents, []);
  return { root, syntax, findings: [...tagFindings(first), ...builder.findings], lines };
}

function syntaxFinding(error: YAMLError): Finding {
  return { offset: error.pos[0], message: SYNTAX_WORDS[error.code] ?? error.message };
}

function isTagProblem(error: YAMLError): boolean {
  return error.code === 'TAG_RESOLVE_FAILED';
}

function tagFindings(document: Document.Parsed): readonly ValueFinding[] {
  return document.warnings.filter(isTagProblem).map((error) => ({
    severity: 'error',
    path: [],
    offset: error.pos[0],
    message: 'custom tags are not allowed: a spec file is data only',
  }));
}
