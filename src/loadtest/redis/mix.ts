import { UsageError } from '../../cli/errors.ts';
import { escapeText } from '../../keys/printable.ts';
import { nearest } from '../../text/nearest.ts';

/** What a key of a family holds. */
export type KeyFamily = 'string' | 'counter' | 'hash' | 'list' | 'set' | 'zset';

/** One kind of command, and how often it is sent. */
export interface MixCommand {
  /** As it is reported. */
  readonly label: string;
  /** Name and arguments; `{key}` and `{value}` stand alone. */
  readonly words: readonly string[];
  readonly family: KeyFamily;
  /** Whether it may make a key that was not there, which then needs a life of its own. */
  readonly creates: boolean;
  readonly weight: number;
}

interface Known {
  readonly family: KeyFamily;
  readonly creates?: true;
  /** What one word stands for. */
  readonly usual?: readonly string[];
}

const KEY = '{key}';
const VALUE = '{value}';

/**
 * Commands on one key. Others are none of a cache's daily work, or reach for more than a load test's own keys.
 */
const COMMANDS: Readonly<Record<string, Known>> = {
  GET: { family: 'string', usual: ['GET', KEY] },
  SET: { family: 'string', creates: true, usual: ['SET', KEY, VALUE] },
  STRLEN: { family: 'string', usual: ['STRLEN', KEY] },
  GETRANGE: { family: 'string' },
  APPEND: { family: 'string', creates: true },
  EXISTS: { family: 'string', usual: ['EXISTS', KEY] },
  TTL: { family: 'string', usual: ['TTL', KEY] },
  PTTL: { family: 'string', usual: ['PTTL', KEY] },
  TYPE: { family: 'string', usual: ['TYPE', KEY] },
  DEL: { family: 'string', usual: ['DEL', KEY] },
  UNLINK: { family: 'string', usual: ['UNLINK', KEY] },
  INCR: { family: 'counter', creates: true, usual: ['INCR', KEY] },
  DECR: { family: 'counter', creates: true, usual: ['DECR', KEY] },
  INCRBY: { family: 'counter', creates: true },
  HGET: { family: 'hash', usual: ['HGET', KEY, 'field'] },
  HGETALL: { family: 'hash', usual: ['HGETALL', KEY] },
  HLEN: { family: 'hash', usual: ['HLEN', KEY] },
  HSET: { family: 'hash', creates: true, usual: ['HSET', KEY, 'field', VALUE] },
  HDEL: { family: 'hash' },
  HINCRBY: { family: 'hash', creates: true },
  LLEN: { family: 'list', usual: ['LLEN', KEY] },
  LRANGE: { family: 'list' },
  LPUSH: { family: 'list', creates: true, usual: ['LPUSH', KEY, VALUE] },
  RPUSH: { family: 'list', creates: true, usual: ['RPUSH', KEY, VALUE] },
  LPOP: { family: 'list', usual: ['LPOP', KEY] },
  RPOP: { family: 'list', usual: ['RPOP', KEY] },
  SCARD: { family: 'set', usual: ['SCARD', KEY] },
  SISMEMBER: { family: 'set' },
  SMEMBERS: { family: 'set', usual: ['SMEMBERS', KEY] },
  SADD: { family: 'set', creates: true, usual: ['SADD', KEY, VALUE] },
  SREM: { family: 'set' },
  ZCARD: { family: 'zset', usual: ['ZCARD', KEY] },
  ZSCORE: { family: 'zset' },
  ZRANGE: { family: 'zset' },
  ZADD: { family: 'zset', creates: true, usual: ['ZADD', KEY, '1', VALUE] },
  ZINCRBY: { family: 'zset', creates: true },
};

const FORM = "write get:90,set:10, or whole commands: 'HGET {key} name:80,ZADD {key} 1 {value}:20'";

/**
 * Reads a mix of commands.
 * @throws UsageError naming the part that cannot be read
 */
export function parseMix(text: string): readonly MixCommand[] {
  const mix = text.split(',').map((part) => parsePart(part.trim()));
  if (mix.every(({ weight }) => weight === 0)) {
    throw new UsageError('--mix sends nothing: all of its weights are 0', { hint: FORM });
  }
  return mix;
}

function parsePart(part: string): MixCommand {
  const [, text = '', weight = '1'] = /^(.*?)(?::(\d+(?:\.\d+)?))?$/s.exec(part) ?? [];
  const words = text.split(/\s+/).filter((word) => word !== '');
  const [first] = words;
  if (first === undefined) throw new UsageError(`--mix cannot read "${escapeText(part)}"`, { hint: FORM });
  const name = first.toUpperCase();
  const known = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (known === undefined) {
    const guess = nearest(name, Object.keys(COMMANDS));
    throw new UsageError(`--mix has no command ${escapeText(first)}`, {
      hint: `${guess === undefined ? '' : `did you mean ${guess}? `}it has ${Object.keys(COMMANDS).join(', ')}`,
    });
  }
  const full = words.length === 1 ? known.usual : [name, ...words.slice(1)];
  if (full === undefined) throw new UsageError(`--mix: ${name} needs its arguments`, { hint: FORM });
  if (full[1] !== KEY || full.filter((word) => word === KEY).length !== 1) {
    throw new UsageError(`--mix: "${escapeText(text)}" has to have ${KEY} as its first argument, once`, {
      hint: 'load is put on keys of its own only',
    });
  }
  return {
    label: words.length === 1 ? name : full.map(escapeText).join(' '),
    words: full,
    family: known.family,
    creates: known.creates === true,
    weight: Number(weight),
  };
}
