import { eventName } from '../delivery.ts';
import type { StreamEntry } from '../entries.ts';

/** An event that was set aside, because it could not be carried out. */
export interface DeadLetter {
  /** Of the entry in the dead-letter stream. */
  readonly id: string;
  /** What the event's name was; empty where it had none. */
  readonly event: string;
  /** The event as it was sent: name and value in turns. */
  readonly fields: readonly Buffer[];
  readonly reason: string;
  readonly tries: number;
  /** The stream that it came from; `undefined` in an entry that no listener has written. */
  readonly stream: Buffer | undefined;
}

const OWN = 'dead_letter_';

/** What `listen` writes about an event that it sets aside; fields are appended to the event's own, in this order. */
export function deadLetterFields(letter: {
  readonly reason: string;
  readonly id: string;
  readonly tries: number;
  readonly group: string;
  readonly stream: Buffer;
}): readonly (string | Buffer)[] {
  return [
    ...[`${OWN}reason`, letter.reason, `${OWN}id`, letter.id, `${OWN}tries`, String(letter.tries)],
    ...[`${OWN}group`, letter.group, `${OWN}stream`, letter.stream],
  ];
}

/** Reads what {@link deadLetterFields} has written, and the event before it. */
export function readDeadLetter({ id, fields }: StreamEntry): DeadLetter {
  const own = new Map<string, Buffer>();
  const event: Buffer[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [field = Buffer.alloc(0), value = Buffer.alloc(0)] = fields.slice(index, index + 2);
    const text = field.toString('utf8');
    if (text.startsWith(OWN)) own.set(text.slice(OWN.length), value);
    else event.push(field, value);
  }
  return {
    id,
    event: eventName({ fields: event }),
    fields: event,
    reason: own.get('reason')?.toString('utf8') ?? '',
    tries: Number(own.get('tries')?.toString('latin1') ?? 0),
    stream: own.get('stream'),
  };
}

/** When it was set aside, in milliseconds since 1970: the first part of the entry's ID. */
export function setAsideAt({ id }: DeadLetter): number {
  return Number(id.split('-', 1)[0]);
}

/** The event's own values as text, without its name. */
export function eventValues({ fields }: DeadLetter): readonly (readonly [name: string, value: string])[] {
  const values: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = String(fields[index]);
    if (name !== 'event') values.push([name, String(fields[index + 1])]);
  }
  return values;
}
