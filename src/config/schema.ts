import * as z from 'zod/mini';

import {
  fieldNotes,
  fraction,
  scalar,
  text,
  timeout,
  timeToLive,
  trueOrFalse,
  ttlOrClass,
  wholeNumber,
} from './fields.ts';
import { connectionSchema } from './connection.ts';
import { foreach, values } from './foreach-schema.ts';
import { fillFields } from './fill-schema.ts';
import { layoutSchema } from './layout.ts';
import { invalidationSchema } from './rule-schema.ts';
import { namespaceSchema } from './namespaces.ts';

/** The file form of the spec: what people write. References between its parts are checked elsewhere. */

const named = z.string();

const headers = z
  .record(named, scalar('A header; in entries `{name}` is filled in'))
  .register(fieldNotes, { description: 'HTTP request headers by name' });

const origin = z
  .strictObject({
    base_url: text('Absolute http(s) URL of the application', 'http://127.0.0.1:8000'),
    headers: z.optional(headers),
    allowed_hosts: z.optional(
      z
        .array(text('A host, with its port where that is not the usual one', 'cdn.example.com'))
        .register(fieldNotes, { description: 'Other hosts that redirects may lead to' }),
    ),
  })
  .register(fieldNotes, { description: 'The HTTP application whose responses are cached' });

const priority = (description: string) => z.optional(wholeNumber(Number.MIN_SAFE_INTEGER, description));
const exclude = z.optional(
  z.array(text('A glob', 'user:0')).register(fieldNotes, {
    description: 'Globs of keys, or of paths where they start with `/`, to leave out',
  }),
);

const entry = z
  .strictObject({
    key: text('Key template: `{name}` is a variable, `{{` a literal brace', 'user:{id}:dashboard'),
    path: text('Path template of the request', '/api/users/{id}/dashboard'),
    namespace: z.optional(text('The namespace whose current version the key carries', 'products')),
    ttl: z.optional(ttlOrClass('Time to live: a TTL class, a duration, seconds, or `origin`')),
    ttl_jitter: z.optional(fraction('By how much the TTL varies, so that keys do not expire together')),
    headers: z.optional(headers),
    tags: z.optional(
      z.array(scalar('A tag template')).register(fieldNotes, { description: 'Labels to clear keys by' }),
    ),
    matrix: z.optional(
      z
        .record(named, values('The values of one variable'))
        .register(fieldNotes, { description: 'Variables with their values; every combination is warmed' }),
    ),
    foreach: z.optional(foreach),
    limit: z.optional(wholeNumber(1, 'The most targets of this entry')),
    priority: priority('Within the scope, higher is warmed first; 0 unless given'),
    exclude,
    timeout: z.optional(timeout('The longest wait for one answer')),
    ignore: z.optional(
      z.array(text('A place in the answer', 'generated_at', 'items[*].seen_at')).register(fieldNotes, {
        description: 'Places in a JSON answer that cachectl verify does not compare',
      }),
    ),
    ...fillFields,
  })
  .register(fieldNotes, { description: 'A request template and a key template' });

const scope = z
  .strictObject({
    description: z.optional(text('What the scope is for')),
    limit: z.optional(wholeNumber(1, 'The most targets of the scope')),
    priority: priority('Higher is warmed first; 0 unless given'),
    depends_on: z.optional(
      z.array(text('The name of a scope')).register(fieldNotes, {
        description: 'Scopes that are warmed before this one, where both are chosen',
      }),
    ),
    exclude,
    entries: z.array(entry).register(fieldNotes, { description: 'What the scope warms' }),
  })
  .register(fieldNotes, { description: 'A named group of entries' });

const defaults = z
  .strictObject({
    ttl: z.optional(ttlOrClass('Time to live where an entry has none')),
    ttl_jitter: z.optional(fraction('By how much TTLs vary, 0% unless given')),
    concurrency: z.optional(wholeNumber(1, 'How many requests run at once, 16 unless given')),
    timeout: z.optional(timeout('The longest wait for one answer, 10s unless given')),
    retries: z.optional(wholeNumber(0, 'How often a failed request is tried again, 2 unless given')),
    rate: z.optional(text('The most requests in a time, as in 50/s or 600/m', '50/s')),
    concurrency_per_host: z.optional(wholeNumber(1, 'How many requests run at once on one host')),
    adaptive: z.optional(
      trueOrFalse('Find out how many requests at once the origin takes without slowing down'),
    ),
    connect_timeout: z.optional(timeout('The longest wait for a connection to the origin')),
    headers_timeout: z.optional(timeout('The longest wait for the beginning of an answer')),
    body_timeout: z.optional(timeout('The longest wait for the rest of an answer')),
  })
  .register(fieldNotes, { description: 'What entries use where they say nothing' });

/** The schema of the whole file; its output is {@link SpecFile}. */
export const specFileSchema = z
  .strictObject({
    version: z
      .literal(1, { error: 'expected 1' })
      .register(fieldNotes, { description: 'Version of the file format: 1' }),
    connections: z.optional(
      z.record(named, connectionSchema).register(fieldNotes, { description: 'Redis servers by name' }),
    ),
    layout: z.optional(layoutSchema),
    origin: z.optional(origin),
    ttl_classes: z.optional(
      z
        .record(named, timeToLive('Time to live of the class'))
        .register(fieldNotes, { description: 'Named times to live' }),
    ),
    defaults: z.optional(defaults),
    audit: z.optional(text('File to which destructive runs append a line of JSON', 'cachectl-audit.jsonl')),
    groups: z.optional(
      z
        .record(
          named,
          z.union(
            [
              text('A glob over logical keys', 'user:*'),
              z
                .array(text('A glob over logical keys', 'user:*'))
                .register(fieldNotes, { description: 'Globs over logical keys' }),
            ],
            { error: 'expected a pattern or a list of patterns' },
          ),
        )
        .register(fieldNotes, {
          description:
            'Groups of keys by name, which stats and analyze tell apart; the first that matches counts',
        }),
    ),
    budgets: z.optional(
      z
        .array(text('An assertion about the cache', 'hit_rate >= 80', 'users.hit_rate >= 70'))
        .register(fieldNotes, { description: 'What `cachectl stats --check` asserts' }),
    ),
    namespaces: z.optional(
      z
        .record(named, namespaceSchema)
        .register(fieldNotes, { description: 'Versioned groups of keys by name' }),
    ),
    scopes: z.optional(
      z
        .record(named, scope)
        .register(fieldNotes, { description: 'Groups of entries by name; `all` is reserved' }),
    ),
    invalidation: z.optional(invalidationSchema),
  })
  .register(fieldNotes, { title: 'cachectl spec file', description: 'What cachectl warms, and where' });

/** A file that the schema accepts: durations and fractions are numbers already, names still the file's. */
export type SpecFile = z.output<typeof specFileSchema>;

/** One entry of {@link SpecFile}. */
export type EntryFile = z.output<typeof entry>;

/** The JSON Schema (draft 2020-12) of the file, for editors and `cachectl config schema`. */
export function specJsonSchema() {
  return z.toJSONSchema(specFileSchema, {
    target: 'draft-2020-12',
    io: 'input',
    metadata: fieldNotes,
    unrepresentable: 'throw',
  });
}
