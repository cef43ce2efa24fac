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
