import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { HttpActionSpec, RuleSpec } from '../config/rule-spec.ts';
import { escapeGlob, looksLikePattern } from '../keys/pattern.ts';
import { escapeText } from '../keys/printable.ts';
import { parseTemplate, placeholders, renderTemplate, type Template } from '../text/template.ts';
import { fillWhere, writeWhere, type WhereTemplate } from '../text/where.ts';

/** One request to send. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly status: readonly number[] | undefined;
  readonly timeoutMs: number;
}

/** Targets to warm: those of the scope that meet any of the conditions, or all of it where there is none. */
export interface Rewarm {
  readonly scope: string;
  readonly where: readonly string[];
}

/** What one or several events of the same name do, each thing once. */
export interface RulePlan {
  readonly rule: RuleSpec;
  /** Logical. */
  readonly keys: readonly string[];
  readonly patterns: readonly string[];
  readonly tags: readonly string[];
  readonly bump: readonly string[];
  readonly requests: readonly HttpRequest[];
  readonly rewarm: readonly Rewarm[];
}

type Data = Readonly<Record<string, string>>;

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Fills a rule in for several events at once. What they have in common is there once: a thousand saves that
 * all clear the same pattern are one walk over the keys.
 * @throws CachectlError `invalidation.data` (exit 2) where a placeholder has no value, before anything is done
 */
export function planRule(rule: RuleSpec, events: readonly Data[]): RulePlan {
  for (const data of events) refuseMissing(rule, data);
  const filled = rule.clear.flatMap((text) => events.map((data) => fillKey(parseTemplate(text), data)));
  return {
    rule,
    keys: unique(filled.flatMap(({ text, isPattern }) => (isPattern ? [] : [text]))),
    patterns: unique(filled.flatMap(({ text, isPattern }) => (isPattern ? [text] : []))),
    tags: unique(
      rule.tags.flatMap((text) => events.map((data) => renderTemplate(parseTemplate(text), data))),
    ),
    bump: unique(rule.bump),
    requests: uniqueBy(
      rule.http.flatMap((action) => events.map((data) => fillRequest(action, data))),
      (request) => JSON.stringify(request),
    ),
    rewarm: rule.rewarm.map(({ scope, where }) => ({
      scope,
      where: where === undefined ? [] : unique(events.map((data) => writeWhere(fillWhere(where, data)))),
    })),
  };
}

/**
 * A key, or a pattern where the rule itself writes one. A value never becomes part of a pattern: data from
 * outside that holds a `*` must not clear what it does not name.
 */
function fillKey(template: Template, data: Data): { readonly text: string; readonly isPattern: boolean } {
  const literal = template.parts.map((part) => (part.type === 'literal' ? part.text : '_')).join('');
  const isPattern = looksLikePattern(literal);
  return { text: renderTemplate(template, data, isPattern ? escapeValue : undefined), isPattern };
}

function escapeValue(value: string): string {
  return escapeGlob(Buffer.from(value, 'utf8')).toString('utf8');
}

function fillRequest(action: HttpActionSpec, data: Data): HttpRequest {
  const headers = Object.fromEntries(
    Object.entries(action.headers).map(([name, text]) => [name, renderTemplate(parseTemplate(text), data)]),
  );
  return {
    method: action.method,
    url: renderTemplate(parseTemplate(action.url), data, encodeURIComponent),
    headers,
    body: action.body === undefined ? undefined : fillBody(action.body, headers, data),
    status: action.status,
    timeoutMs: action.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  };
}

/** A value in a body must not end the string or the field that it stands in. */
function fillBody(body: string, headers: Readonly<Record<string, string>>, data: Data): string {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  const encode = /\bjson\b/i.test(type)
    ? (value: string) => JSON.stringify(value).slice(1, -1)
    : /x-www-form-urlencoded/i.test(type)
      ? encodeURIComponent
      : undefined;
  return renderTemplate(parseTemplate(body), data, encode);
}

function refuseMissing(rule: RuleSpec, data: Data): void {
  const missing = needed(rule).filter((name) => (Object.hasOwn(data, name) ? data[name] : '') === '');
  if (missing.length === 0) return;
  const names = missing.map((name) => `{${name}}`).join(', ');
  throw new CachectlError(`${escapeText(rule.name)} needs a value for ${names}, and nothing was done`, {
    code: 'invalidation.data',
    exitCode: ExitCode.usage,
    hint: missing.map((name) => `--data ${name}=VALUE`).join(' '),
  });
}

/** The names of the values that a rule needs. */
export function needed(rule: RuleSpec): readonly string[] {
  const templates = [
    ...rule.clear,
    ...rule.tags,
    ...rule.http.flatMap(({ url, headers, body }) => [url, ...Object.values(headers), body ?? '']),
  ].map(parseTemplate);
  const wheres = rule.rewarm.flatMap(({ where }): WhereTemplate => where ?? []).map(({ value }) => value);
  return unique([...templates, ...wheres].flatMap((template) => placeholders(template)));
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

function uniqueBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
