import { eventData, MAX_EVENT_BYTES, readEventData, type CacheEvent } from '../invalidation/event.ts';

/** One entry of a stream that was delivered to this consumer. */
export interface Delivery {
  /** The stream's ID of the entry: `1526919030474-0`. */
  readonly id: string;
  /** Name and value in turns, as the stream holds them. */
  readonly fields: readonly Buffer[];
  /** How often it was delivered, to whomever, this time included. */
  readonly tries: number;
}

/**
 * What an entry says: its field `event` names the event. Values are the other fields, and the object in the
 * field `data`, if it has one; a field of its own goes before the same name in `data`.
 * @throws UsageError where there is no event in it
 */
export function readDelivery({ fields }: Pick<Delivery, 'fields'>): CacheEvent {
  const texts = new Map<string, string>();
  for (let index = 0; index + 1 < fields.length; index += 2) {
    texts.set(String(fields[index]), (fields[index + 1] ?? Buffer.alloc(0)).toString('utf8'));
  }
  const json = texts.get('data') ?? '{}';
  const nested = json.length > MAX_EVENT_BYTES ? {} : readEventData(json, 'the field data');
  const { event, data: _, ...own } = Object.fromEntries(texts);
  return { name: event ?? '', data: { ...nested, ...eventData(own) } };
}

/** The name of the event, before anything else of it is read; empty where there is none. */
export function eventName({ fields }: Pick<Delivery, 'fields'>): string {
  let name = '';
  for (let index = 0; index + 1 < fields.length; index += 2) {
    if (String(fields[index]) === 'event') name = String(fields[index + 1]);
  }
  return name;
}
