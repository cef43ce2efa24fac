import { UsageError } from '../cli/errors.ts';
import { eventData, parseExactly, type CacheEvent } from '../invalidation/event.ts';

/**
 * The event of a request or a message: `{"event": "product.updated", "data": {"id": 42}}`.
 * @throws UsageError where it is something else
 */
export function parseHttpEvent(body: Buffer): CacheEvent {
  let parsed: unknown;
  try {
    parsed = parseExactly(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw notAnEvent('it is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null) throw notAnEvent('it is not a JSON object');
  const { event, data } = parsed as { readonly event?: unknown; readonly data?: unknown };
  if (typeof event !== 'string' || event === '') throw notAnEvent('it has no "event"');
  if (data !== undefined && (typeof data !== 'object' || data === null || Array.isArray(data))) {
    throw notAnEvent('"data" is not an object');
  }
  return { name: event, data: eventData(data ?? {}) };
}

function notAnEvent(message: string): UsageError {
  return new UsageError(message, {
    code: 'invalidation.event',
    hint: 'send {"event": "product.updated", "data": {"id": 42}}',
  });
}
