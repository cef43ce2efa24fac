/** Bytes on one line of a dump; `hexdump -C` has as many. */
export const HEX_BYTES_PER_LINE = 16;

/** Columns that a line of so many bytes takes. */
export function hexDumpWidth(bytesPerLine: number): number {
  return 8 + 2 + bytesPerLine * 3 + 2 + bytesPerLine + 1;
}

/**
 * Bytes as people read them: offset, hexadecimal, and printable ASCII between bars, as `hexdump -C` has it.
 * An empty value has no line.
 */
export function hexDump(bytes: Uint8Array, bytesPerLine: number = HEX_BYTES_PER_LINE): string {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += bytesPerLine) {
    const row = [...bytes.subarray(offset, offset + bytesPerLine)];
    const half = bytesPerLine / 2;
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0'));
    const columns = `${hex.slice(0, half).join(' ')}  ${hex.slice(half).join(' ')}`.padEnd(bytesPerLine * 3);
    const ascii = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${offset.toString(16).padStart(8, '0')}  ${columns}  |${ascii}|`);
  }
  return lines.join('\n');
}
