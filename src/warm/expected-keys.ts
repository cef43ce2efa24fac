import type { EntrySpec } from '../config/spec.ts';
import type { Layout } from '../keys/layout.ts';
import { escapeGlob, looksLikePattern } from '../keys/pattern.ts';
import { parseTemplate, renderTemplate, type Template } from '../text/template.ts';
import type { Variables } from './sources/source.ts';
import type { ExpectedKey } from './target.ts';

/**
 * Prepares what an entry with `mode: touch` expects; `undefined` for others. Where it names nothing, its own
 * key has to be there. What variables put into a pattern stands for itself.
 */
export function expectedKeysBuilder(
  entry: EntrySpec,
  layout: Layout,
): ((variables: Variables) => readonly ExpectedKey[]) | undefined {
  if (entry.fill?.mode !== 'touch') return undefined;
  const own: readonly Expectation[] = [{ template: parseTemplate(entry.key), isPattern: false }];
  const expectations =
    entry.fill.expectKeys?.map((text): Expectation => {
      const template = parseTemplate(text);
      return { template, isPattern: looksLikePattern(literalText(template)) };
    }) ?? own;
  return (variables) =>
    expectations.map(({ template, isPattern }) => {
      const text = renderTemplate(template, variables, isPattern ? escapeValue : undefined);
      const bytes = Buffer.from(text, 'utf8');
      const places = isPattern ? layout.toPhysicalPatterns(bytes) : layout.toPhysicalKeys(bytes);
      return { text, places, isPattern };
    });
}

interface Expectation {
  readonly template: Template;
  readonly isPattern: boolean;
}

function literalText(template: Template): string {
  return template.parts.map((part) => (part.type === 'literal' ? part.text : '')).join('');
}

function escapeValue(value: string): string {
  return escapeGlob(Buffer.from(value, 'utf8')).toString('utf8');
}
