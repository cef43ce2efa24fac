import type { Fact } from './decoded-value.ts';
import { momentFact } from './envelopes.ts';
import type { PlainValue } from './plain-value.ts';

/** What Symfony's tag-aware marshaller puts around a value. */
export interface SymfonyEnvelope {
  readonly payload: Buffer;
  /** The serialized tags; empty where there are none. */
  readonly tags: Buffer;
  readonly facts: readonly Fact[];
}

/** One mark, eight bytes about the item, four for the length of the tags. */
const HEADER = 13;

/** Where expiries count from, in seconds since the epoch: of packed keys, and of the class that came later. */
const PACKED_OFFSET = 1_527_506_807;
const WRAPPER_OFFSET = 1_648_206_727;
/** What the class has in place of an expiry where there is none. */
const WRAPPER_FOREVER = 0x7fff_ffff;

/** Whether bytes begin as items with tags do. */
export function isSymfony(bytes: Buffer): boolean {
  return bytes.length > HEADER && bytes[0] === 0x9d && bytes[5] === 0 && bytes[9] === 0x5f;
}

/** Source: Symfony\Component\Cache\Marshaller\TagAwareMarshaller. */
export function openSymfony(bytes: Buffer): SymfonyEnvelope | undefined {
  // The first byte of the length is a mark as well.
  const end = isSymfony(bytes) ? HEADER + bytes.readUIntBE(10, 3) : Infinity;
  if (end > bytes.length) return undefined;
  const hasMeta = bytes.subarray(1, 9).some((byte) => byte !== 0);
  return {
    payload: bytes.subarray(end),
    tags: bytes.subarray(HEADER, end),
    facts: hasMeta ? momentFact('expires', bytes.readUInt32LE(1) + PACKED_OFFSET) : [],
  };
}

/** The names of an item's tags: the list is one of names, or a map from names to names. */
export function symfonyTags(value: PlainValue): readonly Fact[] {
  const items =
    value.kind === 'list' ? value.items : value.kind === 'map' ? value.entries.map(([, item]) => item) : [];
  const names = items.flatMap((item) => (item.kind === 'text' ? [item.text] : []));
  return names.length === 0 ? [] : [{ name: 'tags', text: names.join(', ') }];
}

/**
 * Items that know their expiry are a list of one, with the expiry packed into its key, or from 6.2 an object
 * of the class U+00A9. Source: AbstractAdapter and Traits\ValueWrapper of Symfony\Component\Cache.
 */
export function unpackSymfony(
  value: PlainValue,
): { readonly value: PlainValue; readonly facts: readonly Fact[] } | undefined {
  const isWrapper = value.kind === 'object' && value.className === '\u00a9';
  const entries = isWrapper ? value.fields : value.kind === 'map' ? value.entries : [];
  const [first, second] = entries;
  if (first === undefined || second !== undefined) return undefined;
  const [name, inner] = first;
  const packed =
    name.kind === 'bytes'
      ? Buffer.from(name.bytes)
      : // Six bytes may happen to be text.
        isWrapper && name.kind === 'text'
        ? Buffer.from(name.text, 'utf8')
        : undefined;
  if (packed === undefined) return undefined;
  if (isWrapper) {
    if (packed.length !== 6) return undefined;
    const expires = packed.readUInt32LE(0);
    return {
      value: inner,
      facts: expires === WRAPPER_FOREVER ? [] : momentFact('expires', expires + WRAPPER_OFFSET),
    };
  }
  if (packed.length !== 10 || packed[0] !== 0x9d || packed[9] !== 0x5f) return undefined;
  return { value: inner, facts: momentFact('expires', packed.readUInt32LE(1) + PACKED_OFFSET) };
}
