import { escapeBlock, escapeText, quoteBytes } from '../keys/printable.ts';
import { formatCount } from '../units/number.ts';
import type { DecodedContent } from './decoded-value.ts';
import { renderTree, type RenderedTree } from './render-tree.ts';
import { hexDumpFor, renderValue, renderValueInline, type ValueLook } from './render-value.ts';
import { compactJson, prettyJson, readableJson } from './serialization/json.ts';
import type { ShownValue } from './shown-value.ts';

/** A decoded value for people, over as many lines as it needs, safe to show. */
export function renderShown(value: ShownValue, look: ValueLook): string {
  if (value.decoded === undefined) return renderValue(value.excerpt, look);
  const { text, cut } = blockOf(value.decoded.content, value, look);
  const note = `${ellipsis(look)} cut after ${formatCount(value.maxBytes)} bytes (--max-bytes)`;
  return cut ? `${text}\n${note}` : text;
}

/** A decoded value for people on one line: a cell of a table. A cut value ends with an ellipsis. */
export function renderShownInline(value: ShownValue, look: Pick<ValueLook, 'unicode'>): string {
  if (value.decoded === undefined) return renderValueInline(value.excerpt, look);
  const { text, cut } = lineOf(value.decoded.content, value.maxBytes);
  return `${text}${cut ? ellipsis(look) : ''}`;
}

function blockOf(content: DecodedContent, value: ShownValue, look: ValueLook): RenderedTree {
  switch (content.kind) {
    case 'tree': {
      const { value: node } = content;
      if (node.kind === 'text')
        return shortened(node.text, value.maxBytes, (text) => (text === '' ? '""' : escapeBlock(text)));
      if (node.kind === 'bytes') return dump(node.bytes, value.maxBytes, look);
      const { text, cut } = renderTree(node, 'block', value.maxBytes);
      return { text: escapeBlock(text), cut };
    }
    case 'json':
      // Pretty printing only grows: more than what is shown need not be printed.
      return shortened(
        readableJson(prettyJson(content.text.slice(0, value.maxBytes + 1))),
        value.maxBytes,
        escapeBlock,
      );
    case 'integer':
    case 'text':
      return shortened(content.text, value.maxBytes, (text) => (text === '' ? '""' : escapeBlock(text)));
    case 'bytes':
      return dump(content.bytes, value.maxBytes, look);
  }
}

function dump(bytes: Uint8Array, maxBytes: number, look: ValueLook): RenderedTree {
  return {
    text: bytes.length === 0 ? '""' : hexDumpFor(bytes.subarray(0, maxBytes), look),
    cut: bytes.length > maxBytes,
  };
}

function lineOf(content: DecodedContent, maxBytes: number): RenderedTree {
  switch (content.kind) {
    case 'tree': {
      if (content.value.kind === 'text') return shortened(content.value.text, maxBytes, escapeText);
      const { text, cut } = renderTree(content.value, 'line', maxBytes);
      return { text: escapeText(text), cut };
    }
    case 'json':
      return shortened(readableJson(compactJson(content.text.slice(0, maxBytes * 2))), maxBytes, escapeText);
    case 'integer':
    case 'text':
      return shortened(content.text, maxBytes, (text) => (text === '' ? '""' : escapeText(text)));
    case 'bytes':
      return { text: quoteBytes(content.bytes.subarray(0, maxBytes)), cut: content.bytes.length > maxBytes };
  }
}

function shortened(text: string, most: number, show: (text: string) => string): RenderedTree {
  return { text: show(text.slice(0, most)), cut: text.length > most };
}

function ellipsis(look: Pick<ValueLook, 'unicode'>): string {
  return look.unicode ? '…' : '...';
}
