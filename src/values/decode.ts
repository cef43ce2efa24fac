import { DecodeBudget, DEFAULT_LIMITS, type DecodeLimits } from './decode-budget.ts';
import type { DecodedContent, DecodedValue, Fact } from './decoded-value.ts';
import { around, jsonOrInteger, plainBytes, problemsOf, shownAsIs } from './decode-parts.ts';
import { openRails, openRailsEntry, unpackRails } from './envelopes.ts';
import {
  COMPRESSIONS,
  isCompression,
  isSerialization,
  READERS,
  type Compression,
  type Envelope,
  type Serialization,
  type Step,
} from './formats.ts';
import { GUESSES, readsAsText } from './guess.ts';
import { unpackHttpBody } from './http-body.ts';
import { recognize } from './recognize.ts';
import type { ReadResult } from './serialization/read-result.ts';
import { openSymfony, symfonyTags, unpackSymfony } from './symfony.ts';

/** More compressions inside of each other than anyone has; a hostile value could go on. */
const MOST_LAYERS = 4;

/**
 * Reads a value: finds out by itself how it was stored, or does what `steps` say. Nothing in it is ever
 * executed. What cannot be read is shown as far as it could be, with a warning.
 * @param steps from the outside to the inside; none of them shows the bytes; `undefined` finds out
 */
export async function decodeValue(
  bytes: Buffer,
  steps: readonly Step[] | undefined = undefined,
  limits: DecodeLimits = DEFAULT_LIMITS,
): Promise<DecodedValue> {
  const decoder = new Decoder(limits);
  return steps === undefined ? decoder.find(bytes, 0) : decoder.force(bytes, steps);
}

class Decoder {
  readonly #limits: DecodeLimits;

  constructor(limits: DecodeLimits) {
    this.#limits = limits;
  }

  #budget(): DecodeBudget {
    return new DecodeBudget(this.#limits);
  }

  async find(bytes: Buffer, layer: number): Promise<DecodedValue> {
    if (layer > MOST_LAYERS) return plainBytes(bytes, ['compressed again and again']);
    const recognized = recognize(bytes);
    if (recognized !== undefined) {
      const found = await this.#as(recognized.format, bytes, layer, recognized.sure);
      if (found !== undefined) return found;
    }
    const shown = shownAsIs(bytes);
    if (shown.kind === 'bytes') return (await this.#guess(bytes, layer)) ?? plainBytes(bytes);
    if (shown.kind !== 'text') return jsonOrInteger(shown);
    const format = readsAsText(shown.text);
    const found = format === undefined ? undefined : await this.#read(format, bytes, layer, false);
    return found ?? { chain: ['text'], content: shown, facts: [], warnings: [] };
  }

  async #as(
    format: Compression | Serialization | Envelope,
    bytes: Buffer,
    layer: number,
    sure: boolean,
  ): Promise<DecodedValue | undefined> {
    if (format === 'rails') return this.#rails(bytes, layer);
    if (format === 'symfony') return this.#symfony(bytes, layer);
    return isCompression(format)
      ? this.#unpack(format, bytes, layer, sure)
      : this.#read(format, bytes, layer, sure);
  }

  async #unpack(
    format: Compression,
    bytes: Buffer,
    layer: number,
    sure: boolean,
  ): Promise<DecodedValue | undefined> {
    const unpack = await COMPRESSIONS[format]();
    const { bytes: inner, problem, limited } = await unpack(bytes, this.#budget());
    if (problem !== undefined && ((!sure && limited !== true) || inner.length === 0)) return undefined;
    const warnings = problem === undefined ? [] : [`${format}: ${problem}`];
    return around(format, await this.find(inner, layer + 1), warnings);
  }

  async #read(
    format: Serialization,
    bytes: Buffer,
    layer: number,
    sure: boolean,
  ): Promise<DecodedValue | undefined> {
    const read = await READERS[format]();
    const result: ReadResult = read(bytes, this.#budget());
    const whole = result.problem === undefined && result.end === bytes.length;
    if (!whole && ((!sure && result.limited !== true) || result.value.kind === 'unreadable'))
      return undefined;
    return this.#finish(format, result, bytes.length, layer);
  }

  async #finish(
    format: Serialization,
    result: ReadResult,
    length: number,
    layer: number,
  ): Promise<DecodedValue> {
    const warnings = [...(result.warnings ?? []), ...problemsOf(format, result, length)];
    const entry = result.value.kind === 'object' ? openRailsEntry(result.value) : undefined;
    if (entry === undefined) {
      const item = unpackSymfony(result.value);
      const value = await unpackHttpBody(item?.value ?? result.value, this.#budget());
      const chain = item === undefined ? [format] : ['symfony', format];
      return { chain, content: { kind: 'tree', value }, facts: item?.facts ?? [], warnings };
    }
    if (entry.compressed === undefined) {
      return {
        chain: ['rails', format],
        content: { kind: 'tree', value: entry.value },
        facts: entry.facts,
        warnings,
      };
    }
    const inner = await this.find(entry.compressed, layer + 1);
    return { ...around('rails', inner, warnings), facts: [...entry.facts, ...inner.facts] };
  }

  async #rails(bytes: Buffer, layer: number): Promise<DecodedValue | undefined> {
    const opened = openRails(bytes);
    if (opened === undefined) return undefined;
    const inner = await this.find(opened.payload, layer + 1);
    // A first byte of 0 or 1 alone says little: what follows has to be Marshal.
    if (opened.packed && !inner.chain.includes('marshal')) return undefined;
    const unpacked =
      opened.packed && inner.content.kind === 'tree' ? unpackRails(inner.content.value) : undefined;
    const content: DecodedContent =
      unpacked === undefined ? inner.content : { kind: 'tree', value: unpacked.value };
    const facts = [...opened.facts, ...(unpacked?.facts ?? []), ...inner.facts];
    return { ...around('rails', inner, []), content, facts };
  }

  async #symfony(bytes: Buffer, layer: number): Promise<DecodedValue | undefined> {
    const opened = openSymfony(bytes);
    if (opened === undefined) return undefined;
    const inner = await this.find(opened.payload, layer + 1);
    return {
      ...around('symfony', inner, []),
      facts: [...opened.facts, ...(await this.#symfonyTags(opened.tags, layer)), ...inner.facts],
    };
  }

  async #symfonyTags(bytes: Buffer, layer: number): Promise<readonly Fact[]> {
    if (bytes.length === 0) return [];
    const { content } = await this.find(bytes, layer + 1);
    return content.kind === 'tree' ? symfonyTags(content.value) : [];
  }

  /** Formats without a magic number: taken only where everything fits and something readable comes out. */
  async #guess(bytes: Buffer, layer: number): Promise<DecodedValue | undefined> {
    let limited: DecodedValue | undefined;
    for (const { format, fits } of GUESSES) {
      if (!fits(bytes)) continue;
      const found = await this.#as(format, bytes, layer, false);
      if (found === undefined) continue;
      // A guess itself may only have reached a limit; what is inside of it has to be whole.
      const whole = found.warnings.every((warning) => warning.startsWith(`${format}: `));
      if (isCompression(format)) {
        if (found.content.kind !== 'bytes' && whole) return found;
      } else if (found.warnings.length === 0) {
        return found;
      } else {
        // Compressed bytes, too, may look like lists in lists in lists.
        limited ??= found;
      }
    }
    return limited;
  }

  async force(bytes: Buffer, steps: readonly Step[]): Promise<DecodedValue> {
    const [step, ...rest] = steps;
    if (step === undefined) return plainBytes(bytes);
    if (isSerialization(step)) {
      const read = await READERS[step]();
      return this.#finish(step, read(bytes, this.#budget()), bytes.length, MOST_LAYERS);
    }
    if (step === 'rails') {
      const opened = openRails(bytes);
      if (opened === undefined) return plainBytes(bytes, ['rails: no envelope of Rails 7.0 or 7.1']);
      const inner = await this.#forceRest(opened.payload, rest);
      return { ...around('rails', inner, []), facts: [...opened.facts, ...inner.facts] };
    }
    if (step === 'symfony') {
      const opened = openSymfony(bytes);
      if (opened === undefined) return plainBytes(bytes, ['symfony: no envelope of items with tags']);
      const inner = await this.#forceRest(opened.payload, rest);
      const tags = await this.#symfonyTags(opened.tags, 0);
      return { ...around('symfony', inner, []), facts: [...opened.facts, ...tags, ...inner.facts] };
    }
    if (!isCompression(step)) {
      const shown = shownAsIs(bytes);
      if (shown.kind === 'bytes') return plainBytes(bytes, [`${step}: not UTF-8 text`]);
      if (step === 'json' && shown.kind !== 'json') return plainBytes(bytes, ['json: not a JSON document']);
      const content: DecodedContent =
        step === 'json' ? shown : { kind: 'text', text: 'text' in shown ? shown.text : '' };
      return { chain: [step], content, facts: [], warnings: [] };
    }
    const unpack = await COMPRESSIONS[step]();
    const { bytes: inner, problem } = await unpack(bytes, this.#budget());
    if (problem !== undefined && inner.length === 0) return plainBytes(bytes, [`${step}: ${problem}`]);
    return around(
      step,
      await this.#forceRest(inner, rest),
      problem === undefined ? [] : [`${step}: ${problem}`],
    );
  }

  /** After the last step text is still shown as text. */
  async #forceRest(bytes: Buffer, rest: readonly Step[]): Promise<DecodedValue> {
    if (rest.length > 0) return this.force(bytes, rest);
    return { chain: [], content: shownAsIs(bytes), facts: [], warnings: [] };
  }
}
