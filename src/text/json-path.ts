/**
 * Places in a JSON document, as a spec file names what is not compared: `generated_at`, `items[*].seen_at`,
 * `meta.*`. Names are parted by dots, positions are in brackets, and `*` stands for any of them.
 */

/** One step down: the name or position, or any. */
export type PathStep = { readonly kind: 'any' } | { readonly kind: 'at'; readonly name: string };

/** A place, or several; never empty. */
export type JsonPath = readonly PathStep[];

const STEP = /(?:^|\.)([^.[\]*]+|\*)|\[(\d+|\*)\]/y;

/** @returns `undefined` where the text is no such path */
export function parseJsonPath(text: string): JsonPath | undefined {
  const steps: PathStep[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text);
    if (match === null) return undefined;
    const name = match[1] ?? match[2] ?? '';
    steps.push(name === '*' ? { kind: 'any' } : { kind: 'at', name });
  }
  return steps.length === 0 ? undefined : steps;
}

/** The document without what is at these places. The document itself stays as it is. */
export function withoutPaths(document: unknown, paths: readonly JsonPath[]): unknown {
  const here = paths.filter(({ length }) => length > 0);
  if (here.length === 0 || typeof document !== 'object' || document === null) return document;
  const below = (name: string): readonly JsonPath[] | undefined => {
    const rest = here.flatMap(([first, ...next]) =>
      first !== undefined && (first.kind === 'any' || first.name === name) ? [next] : [],
    );
    return rest.some(({ length }) => length === 0) ? undefined : rest;
  };
  if (Array.isArray(document)) {
    return document.flatMap((item: unknown, index) => {
      const rest = below(String(index));
      return rest === undefined ? [] : [withoutPaths(item, rest)];
    });
  }
  return Object.fromEntries(
    Object.entries(document).flatMap(([name, value]: [string, unknown]) => {
      const rest = below(name);
      return rest === undefined ? [] : [[name, withoutPaths(value, rest)]];
    }),
  );
}
