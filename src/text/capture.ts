import { parseTemplate, TemplateError } from './template.ts';

/**
 * Patterns of keys that pick out parts: `user:{id}`, `page:{lang}:*`. A capture takes one or more
 * characters but no `:`, the separator of Redis keys, so that `user:{id}` does not match `user:42:cart`.
 * `*` is any text and `?` any one character; `{{` and `}}` are braces.
 */
export interface Capture {
  /** Each once, in the order of the pattern. */
  readonly names: readonly string[];
  /** The same as a Redis glob over logical keys, which matches all that this matches and perhaps more. */
  readonly glob: string;
  /** The captures of a key by name, or `undefined` where it does not match. */
  readonly match: (key: string) => Readonly<Record<string, string>> | undefined;
}

/** A pattern that cannot be read; `offset` is in UTF-16 units from its start. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** A key longer than this is none that an application names its records in. */
const LONGEST_KEY = 4_096;

/** @throws CaptureError for unmatched braces, no captures, the same twice, or two without text between them */
export function parseCapture(pattern: string): Capture {
  const { parts } = readTemplate(pattern);
  const names: string[] = [];
  let glob = '';
  let expression = '';
  let afterCapture = false;
  for (const part of parts) {
    if (part.type === 'literal') {
      glob += part.text.replace(/[[\]\\]/g, '\\$&');
      expression += part.text
        .replace(/\*+/g, '*')
        .replace(/[\\^$.+()[\]{}|/]/g, '\\$&')
        .replaceAll('*', '[^]*?')
        .replaceAll('?', '[^]');
      afterCapture = false;
      continue;
    }
    if (names.includes(part.name)) throw new CaptureError(`\`{${part.name}}\` is there twice`, part.offset);
    if (afterCapture) throw new CaptureError('two captures need text between them', part.offset);
    names.push(part.name);
    glob += '*';
    expression += '([^:]+)';
    afterCapture = true;
  }
  if (names.length === 0) {
    throw new CaptureError('a pattern of keys captures something: user:{id}', 0);
  }
  const matcher = new RegExp(`^${expression}$`, 'u');
  return {
    names,
    glob,
    match: (key) => {
      const found = key.length > LONGEST_KEY ? null : matcher.exec(key);
      if (found === null) return undefined;
      return Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? '']));
    },
  };
}

function readTemplate(pattern: string): ReturnType<typeof parseTemplate> {
  try {
    return parseTemplate(pattern);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new CaptureError(error.message, error.offset);
  }
}
