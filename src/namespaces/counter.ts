import { randomUUID } from 'node:crypto';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText, printableKey } from '../keys/printable.ts';
import type { RedisArgument, RedisClient, RedisNode, RedisReply } from '../redis/types.ts';
import type { NamespaceForm } from './form.ts';
import { BUMP, FORGET, MOVE, RESERVE } from './scripts.ts';

/** What is known of a namespace's counter. */
export interface CounterState {
  /** The version that readers read. */
  readonly version: number;
  /** Whether there is a counter; without one, `initial` is the version. */
  readonly exists: boolean;
  /** Milliseconds until the counter itself expires, which brings old keys back; `undefined` where it does not. */
  readonly expiresInMs: number | undefined;
  /** The version that served before, as far as cachectl moved the counter. */
  readonly before: number | undefined;
  /** The highest number that was handed out. */
  readonly reserved: number;
  /** Versions that are being filled, or were left half-filled, and the token of whoever did. */
  readonly open: ReadonlyMap<number, string>;
}

/** A counter that was moved. */
export interface VersionChange {
  readonly from: number;
  readonly to: number;
}

/** The version that raising the counter would give. */
export function nextVersion({ version, reserved }: CounterState): number {
  return Math.max(version, reserved) + 1;
}

/** @throws CachectlError `namespace.version` where the counter is not a whole number */
export async function readCounter(client: RedisClient, form: NamespaceForm): Promise<CounterState> {
  const node = await ownerOf(client, form);
  const replies = await node.pipeline([
    ['GET', form.counter],
    ['PTTL', form.counter],
    ['HGETALL', form.state],
  ]);
  const [held, life, state] = replies.map((reply) => orThrow(reply, form));
  const fields = pairsOf(state ?? null);
  const version = held === null || held === undefined ? form.spec.initial : numberOf(held, form);
  const last = fields.get('to') === String(version) ? Number(fields.get('from')) : undefined;
  return {
    version,
    exists: held !== null && held !== undefined,
    expiresInMs: Number(life) >= 0 ? Number(life) : undefined,
    before: last,
    reserved: Number(fields.get('reserved') ?? 0),
    open: new Map(
      [...fields].flatMap(([name, token]) =>
        name.startsWith('open:') ? [[Number(name.slice('open:'.length)), token] as const] : [],
      ),
    ),
  };
}

/**
 * Raises a namespace's version, which makes all of its keys old at once. Any number of these at the same time
 * give each a version of its own.
 */
export async function bumpNamespace(client: RedisClient, form: NamespaceForm): Promise<VersionChange> {
  const node = await ownerOf(client, form);
  try {
    return changeOf(await runScript(node, BUMP, form, randomUUID()), form);
  } catch (error) {
    if (!isWithoutScripts(error)) throw error;
    // INCR is one step, too. What a script would look up first is looked up before.
    const reserved = Number((await node.call('HGET', form.state, 'reserved')) ?? 0);
    const replies = await node.pipeline([
      ['SET', form.counter, form.spec.initial, 'NX'],
      ['INCR', form.counter],
    ]);
    const [, reply] = replies.map((answer) => orThrow(answer, form));
    const to = Number(reply);
    if (to > reserved) return { from: to - 1, to };
    const further = await node.call('INCRBY', form.counter, reserved + 1 - to);
    return { from: to - 1, to: Number(further) };
  }
}

/** Hands out the next version, to be filled under this token while the current one serves. */
export async function reserveVersion(
  client: RedisClient,
  form: NamespaceForm,
  token: string,
): Promise<VersionChange> {
  return changeOf(await runScript(await ownerOf(client, form), RESERVE, form, token), form);
}

/** What became of a move. */
export type MoveResult =
  | { readonly kind: 'moved' }
  /** Somebody else moved the counter meanwhile. */
  | { readonly kind: 'elsewhere'; readonly version: number }
  /** What was filled has been removed meanwhile. */
  | { readonly kind: 'gone' };

/** Moves a counter in one step, if it still is where it was. */
export async function moveVersion(
  client: RedisClient,
  form: NamespaceForm,
  change: VersionChange,
  filledUnder = '',
): Promise<MoveResult> {
  const node = await ownerOf(client, form);
  const { from, to } = change;
  const reply = await runScript(node, MOVE, form, randomUUID(), [from, to, filledUnder]);
  const [result, version] = Array.isArray(reply) ? (reply as readonly RedisReply[]) : [];
  if (Number(result) === 1) return { kind: 'moved' };
  return Number(result) === 0 ? { kind: 'elsewhere', version: Number(version) } : { kind: 'gone' };
}

/** Forgets a half-filled version once all of its keys are gone. */
export async function forgetVersion(
  client: RedisClient,
  form: NamespaceForm,
  version: number,
  token: string,
): Promise<void> {
  await runScript(await ownerOf(client, form), FORGET, form, token, [version]);
}

/** What servers say of a counter that is none. */
const NOT_A_NUMBER = /not an integer|WRONGTYPE|out of range/i;

async function ownerOf(client: RedisClient, form: NamespaceForm): Promise<RedisNode> {
  const [share] = await client.nodesFor([form.counter]);
  if (share === undefined) throw new Error('no node owns the counter');
  return share.node;
}

/** @throws CachectlError `namespace.scripts` where this user, or this server, runs none */
async function runScript(
  node: RedisNode,
  script: string,
  form: NamespaceForm,
  token: string,
  rest: readonly RedisArgument[] = [],
): Promise<RedisReply> {
  const { counter, state, spec } = form;
  try {
    return await node.call('EVAL', script, 2, counter, state, token, spec.initial, ...rest);
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    if (NOT_A_NUMBER.test(error.message)) throw notANumber(form, error);
    if (error.code !== 'redis.permission' && !/unknown command/i.test(error.message)) throw error;
    throw new CachectlError('this needs a script, and this Redis user may run none', {
      code: 'namespace.scripts',
      exitCode: ExitCode.refused,
      hint: 'let the user run EVAL on the keys of the layout: ACL SETUSER NAME +eval',
      cause: error,
    });
  }
}

function isWithoutScripts(error: unknown): boolean {
  return error instanceof CachectlError && error.code === 'namespace.scripts';
}

function changeOf(reply: RedisReply, form: NamespaceForm): VersionChange {
  const [from, to] = Array.isArray(reply) ? (reply as readonly RedisReply[]) : [];
  if (from === undefined || to === undefined) throw notANumber(form);
  return { from: Number(from), to: Number(to) };
}

function numberOf(reply: RedisReply, form: NamespaceForm): number {
  const text = String(reply);
  if (!/^\d{1,15}$/.test(text)) throw notANumber(form, undefined, text);
  return Number(text);
}

function notANumber(form: NamespaceForm, cause?: CachectlError, found?: string): CachectlError {
  const what = found === undefined ? '' : `: it is ${escapeText(found.slice(0, 40))}`;
  return new CachectlError(`${printableKey(form.counter)} is not a version, which is a whole number${what}`, {
    code: 'namespace.version',
    exitCode: ExitCode.partial,
    hint: 'version_key in the spec file names the counter; see it with cachectl inspect',
    cause,
  });
}

function orThrow(reply: RedisReply | CachectlError, form: NamespaceForm): RedisReply {
  if (!(reply instanceof CachectlError)) return reply;
  throw NOT_A_NUMBER.test(reply.message) ? notANumber(form, reply) : reply;
}

function pairsOf(reply: RedisReply): ReadonlyMap<string, string> {
  const items = Array.isArray(reply) ? (reply as readonly RedisReply[]).map(String) : [];
  const pairs = new Map<string, string>();
  for (let index = 0; index + 1 < items.length; index += 2)
    pairs.set(items[index] ?? '', items[index + 1] ?? '');
  return pairs;
}
