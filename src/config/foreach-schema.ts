import * as z from 'zod/mini';

import { fieldNotes, scalar, text, trueOrFalse, wholeNumber } from './fields.ts';

/** The file form of `foreach` and `matrix`; what its parts mean together is checked elsewhere. */

/** A list of at least one value. */
export const values = (description: string) =>
  z
    .array(scalar('One value'))
    .check(z.minLength(1, { error: 'expected at least one value' }))
    .register(fieldNotes, { description });

const AS_ERROR = 'expected the name of a variable, a list of names, or a map of names to expressions';
const as = z
  .union(
    [
      z.string({ error: AS_ERROR }),
      z.array(z.string({ error: AS_ERROR }), { error: AS_ERROR }).check(z.minLength(1, { error: AS_ERROR })),
      z.record(z.string(), z.string({ error: AS_ERROR }), { error: AS_ERROR }),
    ],
    { error: AS_ERROR },
  )
  .register(fieldNotes, {
    description:
      'The variables: one name; a list of names (fields of the record); or a map of names to JMESPath or JSONPath within the record',
    examples: ['id'],
  });

const RECORD_ERROR = 'expected text, a number, a map of fields, or a list';
const inlineRecord = z
  .union(
    [
      scalar('One value'),
      z.record(z.string(), scalar('A field'), { error: RECORD_ERROR }),
      z.array(scalar('A field'), { error: RECORD_ERROR }),
    ],
    { error: RECORD_ERROR },
  )
  .register(fieldNotes, { description: 'One record' });

const inline = z
  .strictObject({
    from: z.literal('inline'),
    values: z
      .array(inlineRecord)
      .check(z.minLength(1, { error: 'expected at least one value' }))
      .register(fieldNotes, { description: 'The values themselves: text, numbers, or maps of fields' }),
    as,
  })
  .register(fieldNotes, { description: 'A list in this file' });

const range = z
  .strictObject({
    from: z.literal('range'),
    start: wholeNumber(Number.MIN_SAFE_INTEGER, 'The first value'),
    end: wholeNumber(Number.MIN_SAFE_INTEGER, 'The last value, inclusive'),
    step: z.optional(wholeNumber(Number.MIN_SAFE_INTEGER, 'The distance, 1 unless given; not 0')),
    as: text('The variable that takes each value', 'id'),
  })
  .register(fieldNotes, { description: 'A range of whole numbers' });

const FORMATS = ['lines', 'csv', 'json', 'ndjson'] as const;
const file = z
  .strictObject({
    from: z.literal('file'),
    path: text('A file, relative to the spec file; `-` is stdin', 'ids.txt'),
    format: z.optional(
      z
        .enum(FORMATS, { error: `expected one of ${FORMATS.join(', ')}` })
        .register(fieldNotes, { description: 'How it is read; guessed from the extension unless given' }),
    ),
    select: z.optional(text('JMESPath or JSONPath for the records of a JSON file', 'items[*]')),
    as,
  })
  .register(fieldNotes, { description: 'The records of a file: lines, CSV with a header, JSON or NDJSON' });

const pages = z
  .strictObject({
    next: z.optional(text('JMESPath or JSONPath for the link to the next page in the body', 'next')),
    param: z.optional(text('Query parameter that counts up until a page is empty', 'page')),
    start: z.optional(wholeNumber(0, 'The first page of `param`, 1 unless given')),
    link_header: z.optional(trueOrFalse('Follow the Link header with rel="next"')),
  })
  .register(fieldNotes, { description: 'How more pages are found: `next`, `param` or `link_header`' });

const http = z
  .strictObject({
    from: z.literal('http'),
    path: text('A path of the origin that answers with JSON', '/api/users'),
    select: text('JMESPath or JSONPath for the values in the answer', 'results[*].id'),
    pages: z.optional(pages),
    max_pages: z.optional(wholeNumber(1, 'The most pages that are read, 1,000 unless given')),
    as,
  })
  .register(fieldNotes, { description: 'Values from an answer of the origin' });

const redis = z
  .strictObject({
    from: z.literal('redis'),
    set: z.optional(text('Logical key of a set: its members', 'users:active')),
    sorted_set: z.optional(text('Logical key of a sorted set: its members by score', 'products:popular')),
    hash: z.optional(text('Logical key of a hash: its fields and values', 'slugs')),
    keys: z.optional(text('Pattern of logical keys whose captures are variables', 'user:{id}')),
    top: z.optional(wholeNumber(1, 'So many members of the sorted set, the highest scores first')),
    as: z.optional(as),
  })
  .register(fieldNotes, { description: 'Values from Redis: a set, a sorted set, a hash or keys' });

const ORDERS = ['priority', 'file'] as const;
const sitemap = z
  .strictObject({
    from: z.literal('sitemap'),
    path: text('The sitemap or sitemap index on the origin', '/sitemap.xml'),
    base: z.optional(
      text('What its addresses start with, where that is not the base_url', 'https://www.example.com'),
    ),
    order: z.optional(
      z.enum(ORDERS, { error: `expected one of ${ORDERS.join(', ')}` }).register(fieldNotes, {
        description: 'Highest priority first unless given, or as the files have it',
      }),
    ),
    as: z.optional(as),
  })
  .register(fieldNotes, {
    description: 'The addresses of a sitemap: variables path, loc, lastmod and priority',
  });

const QUERY_ERROR = 'expected keep, sort, drop, or a list of parameter names';
const accessLog = z
  .strictObject({
    from: z.literal('access_log'),
    files: z
      .union(
        [
          z.string({ error: 'expected a path or a list of paths' }),
          z.array(text('A path or glob')).check(z.minLength(1, { error: 'expected at least one path' })),
        ],
        { error: 'expected a path or a list of paths' },
      )
      .register(fieldNotes, {
        description: 'Logs, plain or gzip: paths or globs, relative to the spec file',
        examples: ['/var/log/nginx/access.log*'],
      }),
    top: z.optional(wholeNumber(1, 'So many paths, the most requested first')),
    query: z.optional(
      z
        .union(
          [
            z.enum(['keep', 'sort', 'drop'], { error: QUERY_ERROR }),
            z.array(text('A parameter')).check(z.minLength(1, { error: QUERY_ERROR })),
          ],
          { error: QUERY_ERROR },
        )
        .register(fieldNotes, {
          description:
            'Query parameters: keep (unless given), sort, drop, or a list of those that are kept, in its order',
        }),
    ),
    as: z.optional(as),
  })
  .register(fieldNotes, {
    description: 'The most requested paths of access logs: variables path and count',
  });

const source = z
  .discriminatedUnion('from', [inline, range, file, http, redis, sitemap, accessLog])
  .register(fieldNotes, { description: 'One source of variables' });

/** `foreach`: one source, or a list of them whose product is taken. */
export const foreach = z
  .union([
    source,
    z
      .array(source)
      .check(z.minLength(1, { error: 'expected at least one source' }))
      .register(fieldNotes, { description: 'Sources whose product is taken' }),
  ])
  .register(fieldNotes, { description: 'Where the values of variables come from' });

/** One source as the schema gives it. */
export type SourceFile = z.output<typeof source>;
