/** Byte sizes: binary multiples under their everyday names, as Redis writes them (`1.21M`, `maxmemory 100mb`). */

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1024,
  kib: 1024,
  k: 1024,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  m: 1024 ** 2,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
  g: 1024 ** 3,
  tb: 1024 ** 4,
  tib: 1024 ** 4,
};

/** What {@link parseBytes} understands, for error messages. */
export const BYTES_FORM = 'a size such as 512, 64KB, 1.5MB or 2GB';

/** Bytes of a written size (`10MB` is 10 x 1024 x 1024), or `undefined` where it is not one. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  if (!match) return undefined;
  const unit = (match[2] ?? '').toLowerCase();
  const factor = Object.hasOwn(FACTORS, unit) ? FACTORS[unit] : undefined;
  const bytes = Math.round(Number(match[1]) * (factor ?? Number.NaN));
  return Number.isFinite(bytes) ? bytes : undefined;
}

/**
 * What somebody may have meant who wrote a size in another way: `10 megabytes` is `10MB`. `undefined` where a text
 * tells nothing.
 */
export function meantBytes(text: string): string | undefined {
  if (text.length > 64) return undefined;
  const match = /^(\d+(?:\.\d+)?)([kmgt]?)(?:ilo|ega|iga|era|ibi|ebi|i)?b(?:yte)?s?$/.exec(
    text.replaceAll(/[\s,_]/g, '').toLowerCase(),
  );
  return match === null ? undefined : `${match[1]}${(match[2] ?? '').toUpperCase()}B`;
}

/** A size for people: `0 B`, `1.5 KB`, `12.3 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${units[unit]}`;
}
