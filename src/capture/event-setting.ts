import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { BulkChannel } from '../redis/bulk-channel.ts';
import { parseInfo } from '../redis/info.ts';
import type { RedisReply } from '../redis/types.ts';
import type { Note, RepairNotes } from './repair-notes.ts';

/**
 * The server's setting `notify-keyspace-events`, which has to hold `E` and `m` so that the server tells of
 * misses. It is changed for the time of a capture only. Before it is changed a note is left in Redis of what
 * it was, so that whoever comes after a run that was killed puts it back.
 */
const SETTING = 'notify-keyspace-events';
const NEEDED = ['E', 'm'] as const;

/** The code of the error that another capture is running. */
export const CAPTURE_BUSY = 'capture.busy';

/** What was found and put back on one server. */
export interface Repair {
  readonly address: string;
  /** What the killed run had set. */
  readonly found: string;
  /** What it is again. */
  readonly restored: string;
}

/** A server whose setting tells of misses, until `release`. */
export interface EventLease {
  /** What the setting was; `undefined` where it did not have to be changed. */
  readonly was: string | undefined;
  /**
   * Puts back what was there, unless somebody has changed it meanwhile; gives what there is to be said about it.
   * @throws CachectlError where the server cannot be asked
   */
  readonly release: () => Promise<string | undefined>;
}

/** What a lease is taken with. */
export interface LeaseTools {
  /** A connection to the server, open until the lease is released. */
  readonly channel: BulkChannel;
  readonly notes: RepairNotes;
  readonly onRepair: (repair: Repair) => void;
  readonly warn: (message: string) => void;
}

/**
 * Lets a server tell of misses.
 * @throws CachectlError where another capture has changed the setting and still runs, or it may not be changed
 */
export async function leaseEvents(tools: LeaseTools): Promise<EventLease> {
  const { channel, notes, warn } = tools;
  const runId = await readRunId(channel);
  const repair = await repairServer(tools, runId);
  if (repair !== undefined) tools.onRepair(repair);
  const was = await readSetting(channel);
  const missing = NEEDED.filter((flag) => !was.includes(flag)).join('');
  if (missing === '') return { was: undefined, release: () => Promise.resolve(undefined) };
  const clientId = Number(await channel.call('CLIENT', 'ID'));
  const note: Note = { was, set: was + missing, clientId };
  const hasNote = await leaveNote(notes, runId, note, warn);
  await channel.call('CONFIG', 'SET', SETTING, note.set);
  return {
    was,
    release: async () => {
      const now = await readSetting(channel);
      const isOurs = sameFlags(now, note.set);
      if (isOurs) await channel.call('CONFIG', 'SET', SETTING, was);
      if (hasNote) await notes.remove(runId);
      if (isOurs) return undefined;
      return `somebody has set ${SETTING} of ${channel.address} to "${now}" meanwhile: it was left at that`;
    },
  };
}

/** What a killed run has left on one server. */
export interface LeftOver extends Repair {
  readonly runId: string;
  /** Whether the setting is still what that run made of it; otherwise only its note is left. */
  readonly isSet: boolean;
}

/**
 * Whether a server tells of misses, as a capture sets it. Cheap, and looks at no key, which the server would count.
 * @throws CachectlError where this user may not ask
 */
export async function tellsOfMisses(node: Pick<BulkChannel, 'call'>): Promise<boolean> {
  const setting = await readSetting(node);
  return NEEDED.every((flag) => setting.includes(flag));
}

/**
 * What a killed run has left on one server; `undefined` where there is nothing.
 * @throws CachectlError where the capture that left the note still runs
 */
export async function findLeftOver(
  { channel, notes }: Pick<LeaseTools, 'channel' | 'notes'>,
  knownRunId?: string,
): Promise<LeftOver | undefined> {
  const runId = knownRunId ?? (await readRunId(channel));
  const note = await notes.read(runId).catch(ignoreRefusal);
  if (note === undefined) return undefined;
  if (await isConnected(channel, note.clientId)) {
    throw new CachectlError(`another capture is running on ${channel.address}`, {
      code: CAPTURE_BUSY,
      exitCode: ExitCode.unconfirmed,
      hint: 'wait until it has ended: it puts the setting that both need back when it does',
    });
  }
  const found = await readSetting(channel);
  return { address: channel.address, found, restored: note.was, runId, isSet: sameFlags(found, note.set) };
}

/**
 * Puts back what a killed run has left on one server; `undefined` where there is nothing to do.
 * @throws CachectlError where the capture that left the note still runs
 */
export async function repairServer(
  { channel, notes }: Pick<LeaseTools, 'channel' | 'notes'>,
  knownRunId?: string,
): Promise<Repair | undefined> {
  const left = await findLeftOver({ channel, notes }, knownRunId);
  if (left === undefined) return undefined;
  if (left.isSet) await channel.call('CONFIG', 'SET', SETTING, left.restored);
  await notes.remove(left.runId);
  return left.isSet ? left : undefined;
}

async function leaveNote(
  notes: RepairNotes,
  runId: string,
  note: Note,
  warn: (message: string) => void,
): Promise<boolean> {
  try {
    await notes.write(runId, note);
    return true;
  } catch (error) {
    ignoreRefusal(error);
    warn(
      `no note can be left in Redis (${error instanceof Error ? error.message : ''}): should this run be killed, put the setting back with ` +
        `CONFIG SET ${SETTING} "${note.was}"`,
    );
    return false;
  }
}

/** A user who may not touch the note's key does without. @throws anything else */
function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof CachectlError) || error.exitCode === ExitCode.unreachable) throw error;
}

/** Client ids are never given twice by one process, and notes are kept by process. */
async function isConnected(channel: BulkChannel, clientId: number): Promise<boolean> {
  const list = await channel.call('CLIENT', 'LIST');
  return new RegExp(`^(?:txt:)?id=${clientId} `, 'm').test(text(list));
}

async function readRunId(channel: BulkChannel): Promise<string> {
  const info = parseInfo(text(await channel.call('INFO', 'server')));
  // A look-alike without one is at least told from its neighbours; its clients' ids say whether a run lives.
  return info.get('run_id') ?? `port-${info.get('tcp_port') ?? ''}`;
}

async function readSetting(channel: Pick<BulkChannel, 'call'>): Promise<string> {
  const reply = await channel.call('CONFIG', 'GET', SETTING);
  return Array.isArray(reply) ? text((reply as readonly RedisReply[])[1] ?? '') : '';
}

function sameFlags(a: string, b: string): boolean {
  // `A` stands for these; the server writes it as short as it can.
  const spread = (flags: string): string => [...new Set(flags.replace('A', 'g$lshzxetd'))].sort().join('');
  return spread(a) === spread(b);
}

function text(reply: RedisReply): string {
  return Buffer.isBuffer(reply) ? reply.toString('utf8') : String(reply);
}
