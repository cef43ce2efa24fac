import { showValue, type DecodeRequest, type ShownValue, type StoredValue } from '../values/shown-value.ts';
import type { Content, HashItem, KeyState } from './content.ts';

/** The states of keys with their values decoded, one value after the other: none is held twice. */
export async function showKeys(
  states: readonly KeyState<StoredValue>[],
  request: DecodeRequest,
): Promise<readonly KeyState[]> {
  const shown: KeyState[] = [];
  for (const state of states) {
    if (!state.exists) shown.push(state);
    else {
      const content = state.content === undefined ? undefined : await showContent(state.content, request);
      shown.push({ ...state, content });
    }
  }
  return shown;
}

async function showContent(content: Content<StoredValue>, request: DecodeRequest): Promise<Content> {
  const show = (value: StoredValue): Promise<ShownValue> => showValue(value, request);
  switch (content.kind) {
    case 'string':
      return { kind: 'string', value: await show(content.value) };
    case 'hash':
      return {
        kind: 'hash',
        items: await inTurn(content.items, async (item) => ({ ...item, value: await show(item.value) })),
      };
    case 'list':
    case 'set':
      return { kind: content.kind, items: await inTurn(content.items, show) };
    case 'zset':
      return {
        kind: 'zset',
        items: await inTurn(content.items, async ({ member, score }) => ({
          member: await show(member),
          score,
        })),
      };
    case 'stream':
      return {
        kind: 'stream',
        items: await inTurn(content.items, async ({ id, fields }) => ({
          id,
          fields: await showFields(fields, request),
        })),
      };
  }
}

function showFields(
  items: readonly HashItem<StoredValue>[],
  request: DecodeRequest,
): Promise<readonly HashItem[]> {
  return inTurn(items, async ({ field, value }) => ({ field, value: await showValue(value, request) }));
}

async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
