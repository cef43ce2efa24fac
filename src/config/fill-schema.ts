import * as z from 'zod/mini';

import { fieldNotes, scalar, size, text, timeToLive, trueOrFalse, wholeNumber } from './fields.ts';

/** The file form of how an entry is filled: the keys that `entries` have beside request and key. */

/** @param remark what there is to say about a choice that people look for here, and that there is not */
const oneOf = <const Choices extends readonly [string, ...string[]]>(
  choices: Choices,
  description: string,
  remark: (found: unknown) => string = () => '',
) =>
  z
    .enum(choices, { error: ({ input }) => `expected ${choices.join(' or ')}${remark(input)}` })
    .register(fieldNotes, { description, examples: [choices[0]] });

const check = z
  .strictObject({
    status: z.optional(
      z
        .array(wholeNumber(100, 'A status code'))
        .check(z.minLength(1, { error: 'expected at least one status' }))
        .register(fieldNotes, { description: 'The statuses that are stored, in place of 200 to 299' }),
    ),
    content_type: z.optional(text('What the answer has to be', 'application/json', 'text/*')),
    min_bytes: z.optional(size('The smallest body that is stored')),
    max_bytes: z.optional(size('The largest body that is stored')),
    matches: z.optional(text('A regular expression that the body has to match', '</html>')),
    json_path: z.optional(text('JMESPath expression that has to find something', 'results[0]')),
    header: z.optional(
      z
        .record(z.string(), scalar('What the header has to contain; "*" is anything'))
        .register(fieldNotes, { description: 'Headers that the answer has to have' }),
    ),
  })
  .register(fieldNotes, { description: 'What an answer has to be like before it is stored' });

const expectTtl = z
  .strictObject({
    min: z.optional(timeToLive('The least life that an expected key has to have left')),
    max: z.optional(timeToLive('The most')),
  })
  .register(fieldNotes, { description: 'How long the keys that the application stored may live' });

const certifyHeader = z
  .strictObject({
    name: text('A header of the second answer', 'X-Cache'),
    value: text('What it contains on a hit; upper and lower case do not matter', 'HIT'),
  })
  .register(fieldNotes, { description: 'How --certify knows a hit from a miss' });

/** To be spread into the schema of an entry. */
export const fillFields = {
  mode: z.optional(
    oneOf(
      ['store', 'touch'],
      'store: write the answer under the key. touch: only call the endpoint, the application fills its own cache',
    ),
  ),
  value: z.optional(
    oneOf(
      ['body', 'json', 'envelope'],
      'What is stored: the exact bytes, a JSON document or a part of it, or status, headers and body',
    ),
  ),
  select: z.optional(text('JMESPath expression for the part of the JSON that is stored', 'results')),
  keep_headers: z.optional(
    z
      .array(text('The name of a header'))
      .register(fieldNotes, { description: "The answer's headers that an envelope keeps" }),
  ),
  compress: z.optional(oneOf(['gzip', 'zlib', 'brotli', 'zstd'], 'How values above a size are compressed')),
  compress_above: z.optional(size('Values up to this size stay as they are, 1KB unless given')),
  serializer: z.optional(
    oneOf(
      ['raw', 'json', 'pickle', 'php', 'msgpack', 'keyv'],
      'How the application reads the value back',
      (found) =>
        /rails|ruby|marshal/i.test(String(found))
          ? ' (Ruby objects of Rails are read, and never written: json is for `Rails.cache.read(key, raw: true)`)'
          : '',
    ),
  ),
  fresh_for: z.optional(timeToLive('Skip an entry that still lives longer than this')),
  allow_private: z.optional(trueOrFalse('Store also answers with Set-Cookie, private, no-store or Vary: *')),
  conditional: z.optional(
    trueOrFalse(
      'Keep ETag, Last-Modified and a digest beside the entry, and ask with them; true unless given',
    ),
  ),
  check: z.optional(check),
  expect_keys: z.optional(
    z.array(text('A key template, or a pattern', 'user:{id}', 'pages.*')).register(fieldNotes, {
      description: 'With touch: what the application has to have stored afterwards',
    }),
  ),
  expect_ttl: z.optional(expectTtl),
  certify_header: z.optional(certifyHeader),
};
