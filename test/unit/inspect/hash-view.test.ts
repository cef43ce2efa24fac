import { expect, test } from 'vitest';
import type { HashField, InspectedKey } from '../../../src/inspect/content.ts';
import { renderContent } from '../../../src/inspect/view-content.ts';
import { keyDocument } from '../../../src/inspect/view-json.ts';
import { aged } from '../../../src/inspect/watch/view.ts';
import { createStyle } from '../../../src/terminal/style.ts';
import { showValue } from '../../../src/values/shown-value.ts';

const NOW_MS = Date.parse('2026-01-01T00:00:00Z');
const pipe = { interactive: false, width: 80, unicode: true, style: createStyle(false) };

async function field(name: string, value: string, ttlMs?: number): Promise<HashField> {
  const start = Buffer.from(value);
  return {
    field: Buffer.from(name),
    value: await showValue(
      { start, totalBytes: start.length },
      { steps: undefined, maxBytes: 100, maxDecodeBytes: 100, nowMs: () => 0 },
    ),
    ttlMs,
    expiresAtMs: ttlMs === undefined ? undefined : NOW_MS + ttlMs,
  };
}

function hashOf(items: readonly HashField[]): InspectedKey {
  const key = Buffer.from('h');
  return {
    ...{ logical: key, physical: key, explanation: undefined, place: undefined, warmed: undefined },
    ...{ tags: [], namespaces: [] },
    state: {
      ...{ exists: true, type: 'hash', ttlMs: undefined, expiresAtMs: undefined, encoding: 'listpackex' },
      ...{ length: items.length, memoryBytes: 1, idleSeconds: 0, frequency: undefined },
      content: { kind: 'hash', items },
    },
  };
}

const contentOf = ({ state }: InspectedKey) => (state.exists ? state.content : undefined);

test('a hash with a field that expires has a column for it', async () => {
  const hash = hashOf([await field('code', '123', 90_000), await field('name', 'Zoë')]);
  expect(renderContent(contentOf(hash), 2, pipe)).toBe(
    'field  TTL     value\ncode   1m 30s  123\nname           Zoë',
  );
});

test('a hash without has none', async () => {
  expect(renderContent(contentOf(hashOf([await field('name', 'Zoë')])), 1, pipe)).toBe(
    'field  value\nname   Zoë',
  );
});

test('JSON says of each field how long it lives, and until when', async () => {
  const { value } = keyDocument(hashOf([await field('code', 'x', 90_000), await field('name', 'y')]));
  expect(value).toMatchObject({
    items: [
      { field: 'code', ttl_seconds: 90, expires_at: '2026-01-01T00:01:30.000Z' },
      { field: 'name', ttl_seconds: null, expires_at: null },
    ],
  });
});

test('a watched field counts down', async () => {
  const [later] = aged([hashOf([await field('code', 'x', 90_000)])], NOW_MS + 60_000);
  expect(later === undefined ? later : contentOf(later)).toMatchObject({ items: [{ ttlMs: 30_000 }] });
});
