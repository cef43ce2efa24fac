import { CachectlError } from '../cli/errors.ts';
import type { Clock } from '../host.ts';
import type { RedisNode } from '../redis/types.ts';
import type { StoredValue } from '../values/shown-value.ts';
import type { Content } from './content.ts';
import { CONTENT_READERS } from './content-readers.ts';
import type { ValueLimits } from './options.ts';
import { optionalNumber, required } from './reply.ts';

/** A key with the type that it had a moment ago. */
export interface TypedKey {
  readonly key: Buffer;
  readonly type: string;
}

/** What is read, and with which clock a TTL becomes a moment. */
export interface ReadRequest {
  /** `undefined`: no values. */
  readonly limits: ValueLimits | undefined;
  readonly clock: Clock;
}

/** What was read of a key: `gone` and `changed` are normal on a server in use. */
export type ReadContent =
  | { readonly kind: 'gone' | 'changed' }
  | {
      readonly kind: 'read';
      readonly length: number | undefined;
      readonly content: Content<StoredValue> | undefined;
    };

/**
 * Reads lengths and, unless `limits` is `undefined`, values of one node's keys, in one round trip and
 * whatever further ones a cursor needs.
 * @throws CachectlError where the connection fails or the value must not be read
 */
export async function readContents(
  node: RedisNode,
  keys: readonly TypedKey[],
  { limits, clock }: ReadRequest,
): Promise<readonly ReadContent[]> {
  const commands = keys.map(({ key, type }) => {
    const reader = CONTENT_READERS.get(type);
    // TYPE comes last: what it says was true after everything else had been read.
    const value =
      reader === undefined ? [] : [reader.length(key), ...(limits ? [reader.read(key, limits)] : [])];
    return [...value, ['TYPE', key] as const];
  });
  const replies = await node.pipeline(commands.flat());
  let position = 0;
  return Promise.all(
    keys.map(async ({ key, type }, index): Promise<ReadContent> => {
      const own = replies.slice(position, (position += commands[index]?.length ?? 0));
      const typeNow = String(required(own.at(-1)));
      if (typeNow === 'none') return { kind: 'gone' };
      if (typeNow !== type || own.some(isWrongType)) return { kind: 'changed' };
      const reader = CONTENT_READERS.get(type);
      if (reader === undefined) return { kind: 'read', length: undefined, content: undefined };
      if (limits === undefined) return { kind: 'read', length: optionalNumber(own[0]), content: undefined };
      const length = Number(required(own[0]));
      const content = await reader.content(required(own[1]), { node, key, length, limits, clock });
      return { kind: 'read', length, content };
    }),
  );
}

function isWrongType(reply: unknown): boolean {
  return reply instanceof CachectlError && reply.message.includes('WRONGTYPE');
}
