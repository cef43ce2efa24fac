import { describe, expect, it } from 'vitest';

import { specJsonSchema } from '../../../src/config/schema.ts';

/** Every object schema with fixed properties, with its place. */
function* objects(
  schema: unknown,
  place = '#',
): Generator<readonly [string, Readonly<Record<string, unknown>>]> {
  if (typeof schema !== 'object' || schema === null) return;
  const record = schema as Readonly<Record<string, unknown>>;
  if (record['type'] === 'object' && 'properties' in record) yield [place, record];
  for (const [key, value] of Object.entries(record)) yield* objects(value, `${place}/${key}`);
}

describe('the JSON Schema', () => {
  const schema = specJsonSchema();

  it('is a draft 2020-12 object schema', () => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'cachectl spec file',
      type: 'object',
      required: ['version'],
    });
    expect(JSON.parse(JSON.stringify(schema))).toEqual({ ...schema });
  });

  it('refuses unknown keys at every level', () => {
    const open = [...objects(schema)].filter(
      ([, { additionalProperties }]) => additionalProperties !== false,
    );
    expect(open).toEqual([]);
    expect([...objects(schema)].length).toBeGreaterThan(8);
  });

  it('describes every key for completion', () => {
    const silent = [...objects(schema)].flatMap(([place, { properties }]) =>
      Object.entries(properties as Readonly<Record<string, object>>)
        .filter(([, property]) => !('description' in property) && !('const' in property))
        .map(([key]) => `${place}/${key}`),
    );
    expect(silent).toEqual([]);
  });

  it('admits variables where a number is wanted, and no other text', () => {
    const limit = schema.properties?.['defaults'];
    expect(limit).toMatchObject({
      properties: {
        concurrency: {
          anyOf: [
            { type: 'integer', minimum: 1 },
            { type: 'string', pattern: '\\$\\{' },
          ],
        },
      },
    });
  });
});
