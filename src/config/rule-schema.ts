import * as z from 'zod/mini';

import { fieldNotes, scalar, text, timeout, wholeNumber } from './fields.ts';

/** The file form of `invalidation`: what the application's events do to the cache. */

const httpAction = z
  .strictObject({
    method: z.optional(text('HTTP method, PURGE unless given', 'PURGE', 'BAN', 'POST')),
    url: text('Absolute URL; `{name}` is filled in percent-encoded', 'https://cdn.example.com/category/{id}'),
    headers: z.optional(
      z
        .record(z.string(), scalar('A header; `{name}` is filled in'))
        .register(fieldNotes, { description: 'HTTP request headers by name' }),
    ),
    body: z.optional(
      text('Body of the request; `{name}` is filled in', '{{"surrogate_keys":["product-{id}"]}}'),
    ),
    status: z.optional(
      z
        .array(wholeNumber(100, 'A status code'))
        .check(z.minLength(1, { error: 'expected at least one status' }))
        .register(fieldNotes, { description: 'The statuses that mean success, in place of 200 to 299' }),
    ),
    timeout: z.optional(timeout('The longest wait for the answer, 10s unless given')),
  })
  .register(fieldNotes, { description: 'A request to what stands in front of the application' });

const rewarm = z
  .strictObject({
    scope: text('The name of a scope; all is every scope'),
    where: z.optional(text('Only targets whose variables meet it', 'id == {id}')),
  })
  .register(fieldNotes, { description: 'Targets to warm again' });

const rule = z
  .strictObject({
    description: z.optional(text('What the event means')),
    clear: z.optional(
      z.array(scalar('A key, or a pattern')).register(fieldNotes, {
        description: 'Keys and patterns to clear; `{name}` is a value of the event',
      }),
    ),
    tags: z.optional(
      z.array(scalar('A tag')).register(fieldNotes, { description: 'Tags whose keys are cleared' }),
    ),
    bump: z.optional(
      z.array(text('The name of a namespace')).register(fieldNotes, {
        description: 'Namespaces whose version is raised',
      }),
    ),
    http: z.optional(
      z.array(httpAction).register(fieldNotes, { description: 'Requests to send, after clearing' }),
    ),
    rewarm: z.optional(
      z
        .union([
          rewarm,
          z.array(rewarm).register(fieldNotes, { description: 'Several of them, one after the other' }),
        ])
        .register(fieldNotes, { description: 'What to warm again, at the end' }),
    ),
    on_failure: z.optional(
      z.enum(['continue', 'stop'], { error: 'expected continue or stop' }).register(fieldNotes, {
        description:
          'Whether the actions after a failed one are carried out all the same; continue unless given',
      }),
    ),
  })
  .register(fieldNotes, { description: 'What one event of the application does to the cache' });

/** `invalidation` of the file: rules by event name. */
export const invalidationSchema = z
  .record(z.string(), rule)
  .register(fieldNotes, { description: 'What the events of the application do to the cache, by event name' });

/** One rule as the schema gives it. */
export type RuleFile = z.output<typeof rule>;
