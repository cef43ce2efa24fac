import type { RedisNode } from './types.ts';

/** INFO's fields by name, all sections together. */
export type ServerInfo = ReadonlyMap<string, string>;

/** Parses INFO's `name:value` lines; comments and empty lines are skipped. */
export function parseInfo(text: string): ServerInfo {
  const info = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) info.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return info;
}

/** Asks one node for INFO. */
export async function readInfo(node: RedisNode): Promise<ServerInfo> {
  const reply = await node.call('INFO');
  return parseInfo(Buffer.isBuffer(reply) ? reply.toString('utf8') : String(reply));
}

/** A field of INFO as a number, or `undefined` where the server does not have it. */
export function infoNumber(info: ServerInfo, field: string): number | undefined {
  const text = info.get(field);
  if (text === undefined || text === '') return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/**
 * How many keys a database has, and how many of them expire; `undefined` where the server does not tell. An empty
 * database has no line at all: it is told from a hidden section by any other sign of life.
 */
export function keyspaceOf(
  info: ServerInfo,
  database: number,
): { readonly keys: number; readonly expires: number } | undefined {
  if (info.size === 0) return undefined;
  const line = info.get(`db${database}`) ?? '';
  const count = (name: string): number => Number(new RegExp(`(?:^|,)${name}=(\\d+)`).exec(line)?.[1] ?? 0);
  return { keys: count('keys'), expires: count('expires') };
}
