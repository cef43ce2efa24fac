import { decodeUtf8, quoteBytes } from '../../keys/printable.ts';
import { shellWord } from '../../text/shell.ts';

const UNITS = [
  { ms: 86_400_000, unit: 'd', from: 2 },
  { ms: 3_600_000, unit: 'h', from: 2 },
  { ms: 60_000, unit: 'm', from: 2 },
] as const;

/** A duration as somebody would type it, not shorter than what is meant: `90s`, `20m`, `2d`. */
export function typedDuration(ms: number): string {
  const unit = UNITS.find((candidate) => ms >= candidate.from * candidate.ms);
  if (unit === undefined) return `${Math.max(1, Math.ceil(ms / 1_000))}s`;
  return `${Math.ceil(ms / unit.ms)}${unit.unit}`;
}

/** `--pattern` for a glob, quoted for a POSIX shell, whatever bytes it has. */
export function patternFlag(glob: Buffer): string {
  const text = decodeUtf8(glob);
  if (text !== undefined && !/\p{Cc}/u.test(text)) return `--pattern ${shellWord(text)}`;
  return `--quoted-input --pattern ${shellWord(quoteBytes(glob))}`;
}
