import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { DefaultsSpec, EntrySpec, OriginSpec } from '../config/spec.ts';
import { escapeText } from '../keys/printable.ts';
import type { Layout } from '../keys/layout.ts';
import type { VersionPlace } from '../namespaces/form.ts';
import { parseTemplate, placeholders, renderTemplate, type Template } from '../text/template.ts';
import type { Traffic, Variables } from './sources/source.ts';
import { expectedKeysBuilder } from './expected-keys.ts';
import type { Target } from './target.ts';

/** What all targets of a run share. */
export interface TargetSettings {
  readonly specPath: string;
  readonly origin: OriginSpec;
  readonly defaults: DefaultsSpec;
  readonly layout: Layout;
  /** Where the keys of entries with a namespace are, by its name. */
  readonly versions: ReadonlyMap<string, VersionPlace>;
}

/** Fills in one entry; made once, because parsing templates costs more than filling them in. */
export type BuildTarget = (variables: Variables, traffic?: Traffic) => Target;

/**
 * Prepares an entry.
 * @returns a function that throws CachectlError `warm.value`, naming the entry's place in the file, where
 * a value is empty or fits neither header nor path
 */
export function targetBuilder(scope: string, entry: EntrySpec, settings: TargetSettings): BuildTarget {
  const { origin } = settings;
  const { layout, logicalKey: logicalKeyOf } = placeOf(entry, settings);
  const key = parseTemplate(entry.key);
  const path = parseTemplate(entry.path);
  const headers = Object.entries(entry.headers).map(([name, value]) => [name, parseTemplate(value)] as const);
  const tags = entry.tags.map((tag) => parseTemplate(tag));
  const expectKeys = expectedKeysBuilder(entry, layout);
  const used = [
    ...new Set(
      [key, path, ...headers.map(([, value]) => value), ...tags].flatMap((part) => placeholders(part)),
    ),
  ];
  const originHeaders = withoutNames(origin.headers, Object.keys(entry.headers));
  const refuse = (what: string): never => {
    throw valueFailure(entryPlace(settings.specPath, entry), what);
  };
  const sharedHeaders = headers.every(([, value]) => placeholders(value).length === 0)
    ? { ...originHeaders, ...renderHeaders(headers, {}, refuse) }
    : undefined;
  return (variables, traffic) => {
    for (const name of used) checkValue(name, variables[name] ?? '', refuse);
    const logicalKey = logicalKeyOf(renderTemplate(key, variables));
    const target: Target = {
      scope,
      entry,
      key: logicalKey,
      layout,
      physicalKey: layout.toPhysical(Buffer.from(logicalKey, 'utf8')),
      url: requestUrl(origin.baseUrl, renderPath(path, variables, origin.baseUrl, refuse)),
      // One object for all targets where it is the same: what is worked out from it is worked out once.
      headers: sharedHeaders ?? { ...originHeaders, ...renderHeaders(headers, variables, refuse) },
      tags: tags.length === 0 ? NO_TAGS : tags.map((tag) => renderTemplate(tag, variables)),
      ttlSeconds: entry.ttlSeconds,
      ttlJitter: entry.ttlJitter,
      timeoutMs: entry.timeoutMs ?? settings.defaults.timeoutMs,
      traffic,
      expectKeys: expectKeys?.(variables),
    };
    return target;
  };
}

const NO_TAGS: readonly string[] = [];

function placeOf(
  { namespace }: EntrySpec,
  { layout, versions }: TargetSettings,
): Pick<VersionPlace, 'layout' | 'logicalKey'> {
  if (namespace === undefined) return { layout, logicalKey: (key) => key };
  const place = versions.get(namespace);
  if (place === undefined) throw new Error('a namespace without a version');
  return place;
}

/** `file:line` of an entry, safe to show. */
export function entryPlace(specPath: string, entry: Pick<EntrySpec, 'at'>): string {
  return `${escapeText(specPath)}:${entry.at.line}`;
}

/** The absolute URL of a path, or of a URL that is absolute already; without fragment. */
export function requestUrl(baseUrl: string, path: string): string {
  if (PLAIN_PATH.test(path)) return plainBase(baseUrl) + path;
  const url = new URL(/^https?:\/\//i.test(path) ? path : `${baseUrl.replace(/\/+$/, '')}${path}`);
  url.hash = '';
  return url.href;
}

/** A path that no URL parser changes: nothing to encode, no dot at the start of a segment. */
const PLAIN_PATH = /^(?:\/(?![.%])[\w~!$&'()*+,;=:@%.-]*)+(?:\?[\w~!$&()*+,;=:@%./?-]*)?$/;

let lastBase: { readonly written: string; readonly normal: string } | undefined;

/** The base URL in its normal form, without slashes at its end; parsed once, not for every target. */
function plainBase(baseUrl: string): string {
  if (lastBase?.written !== baseUrl) {
    lastBase = { written: baseUrl, normal: new URL(baseUrl).href.replace(/\/+$/, '') };
  }
  return lastBase.normal;
}

type Refuse = (what: string) => never;

function valueFailure(place: string, what: string): CachectlError {
  return new CachectlError(`${place}: ${what}`, {
    code: 'warm.value',
    exitCode: ExitCode.usage,
    hint: 'look at the values that matrix or foreach give this entry',
  });
}

function checkValue(name: string, value: string, refuse: Refuse): void {
  if (value === '') refuse(`{${name}} is empty`);
  // Half a surrogate pair has no UTF-8 form: in a key it would silently become another character.
  if (/\p{Cs}/u.test(value)) refuse(`{${name}} is not valid Unicode text`);
}

function renderPath(path: Template, variables: Variables, baseUrl: string, refuse: Refuse): string {
  const [first, ...rest] = path.parts;
  // A value that a path starts with is a path itself, encoded already: of a log, a sitemap, a list of pages.
  const rendered =
    first?.type === 'placeholder'
      ? wholePath(first.name, variables[first.name] ?? '', baseUrl, refuse) +
        renderTemplate({ parts: rest }, variables, encodeURIComponent)
      : renderTemplate(path, variables, encodeURIComponent);
  if (!MAYBE_DOTS.test(rendered)) return rendered;
  // URL parsers take "..", encoded or not, as a step up: a value could lead to another endpoint.
  const segments = rendered.split(/[?#]/, 1)[0]?.split(/[/\\]/) ?? [];
  if (segments.some((segment) => /^(\.|%2e){1,2}$/i.test(segment))) {
    refuse(`the path ${escapeText(rendered)} has a segment of dots, which leads elsewhere`);
  }
  return rendered;
}

/** A segment that begins with a dot, encoded or not. */
const MAYBE_DOTS = /[/\\](?:\.|%2e)/i;

/** A value as a path of the origin: it may stand there as an absolute URL, or with the base URL's own path. */
function wholePath(name: string, value: string, baseUrl: string, refuse: Refuse): string {
  const base = baseUrl.replace(/\/+$/, '');
  const { origin, pathname } = new URL(`${base}/`);
  const local = value.startsWith(`${origin}/`) ? value.slice(origin.length) : value;
  // eslint-disable-next-line no-control-regex -- URL parsers drop some of them silently
  if (!local.startsWith('/') || /[\u0000-\u0020\u007f]/.test(local)) {
    refuse(`{${name}} is no path of the origin: ${escapeText(value.slice(0, 200))}`);
  }
  return local.startsWith(pathname) ? local.slice(pathname.length - 1) : local;
}

function renderHeaders(
  headers: readonly (readonly [name: string, value: Template])[],
  variables: Variables,
  refuse: Refuse,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    headers.map(([name, template]) => {
      const value = renderTemplate(template, variables);
      // The value itself stays unsaid: it may be a secret. Beyond Latin-1 no header can be sent (RFC 9110, 5.5).
      if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
        refuse(`the value of header ${name} has a character that no header can hold`);
      }
      return [name, value];
    }),
  );
}

function withoutNames(
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
): Readonly<Record<string, string>> {
  const replaced = new Set(names.map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !replaced.has(name.toLowerCase())));
}
