import type { ConnectionSettings } from '../place.ts';
import type { RedisCommand, RedisReply } from '../types.ts';
import { decodeReply } from './decode.ts';
import { encodeCommands } from './encode.ts';
import { RespErrorReply } from './protocol-error.ts';
import type { RespConnection } from './resp-connection.ts';

interface Step {
  readonly command: RedisCommand;
  /** Refusals of this step that are none. */
  readonly mayFail?: RegExp;
}

type Answer = RedisReply | RespErrorReply;

/** Of HELLO: AUTH would say the same. Every other refusal means that RESP2 has to do. */
const REFUSED_USER = /^(WRONGPASS|NOAUTH|ERR invalid password)/;
/** Of AUTH: the default user has no password, and needs none. */
const NEEDS_NO_PASSWORD = /without any password|no password is set/;
/** Of PING: a server that takes no writes, or a user that may not say it; reads work nevertheless. */
const REFUSED_PING = /^(MISCONF|NOPERM)/;
const ANY = /^/;

/**
 * Says who we are and proves that commands are taken, in one round trip. A server that does not know RESP3 is
 * spoken to in RESP2, at the cost of a second one.
 * @param onRoundTrip told of each round trip, with its number of commands
 * @returns what HELLO told, where it was said
 * @throws RespErrorReply with the first refusal; CachectlError where the connection is lost
 */
export async function shakeHands(
  connection: RespConnection,
  settings: ConnectionSettings,
  onRoundTrip: (commands: number) => void,
): Promise<RedisReply | undefined> {
  const { username, password, protocol } = settings;
  const behind = stepsBehind(settings);
  if (protocol === 3) {
    const auth = password === undefined ? [] : ['AUTH', username ?? 'default', password];
    const steps: readonly Step[] = [{ command: ['HELLO', 3, ...auth] }, ...behind];
    onRoundTrip(steps.length);
    const answers = await take(connection, steps);
    const hello = answers[0] ?? null;
    if (!(hello instanceof RespErrorReply)) {
      refuse(steps, answers);
      return hello;
    }
    if (REFUSED_USER.test(hello.message)) throw hello;
  }
  const auth: readonly Step[] =
    password === undefined
      ? []
      : [
          username === undefined
            ? { command: ['AUTH', password], mayFail: NEEDS_NO_PASSWORD }
            : { command: ['AUTH', username, password] },
        ];
  const steps = [...auth, ...behind];
  onRoundTrip(steps.length);
  refuse(steps, await take(connection, steps));
  return undefined;
}

/** What comes once the server knows who we are. */
function stepsBehind({ database, clientName, readOnly }: ConnectionSettings): readonly Step[] {
  return [
    ...(database === 0 ? [] : [{ command: ['SELECT', database] as const }]),
    // Only for whoever looks at CLIENT LIST: a user without the right to set it does without.
    { command: ['CLIENT', 'SETNAME', clientName], mayFail: ANY },
    ...(readOnly ? [{ command: ['READONLY'] as const, mayFail: ANY }] : []),
    { command: ['PING'], mayFail: REFUSED_PING },
  ];
}

/** Throws the first refusal that is one. */
function refuse(steps: readonly Step[], answers: readonly Answer[]): void {
  for (const [index, { mayFail }] of steps.entries()) {
    const answer = answers[index];
    if (answer instanceof RespErrorReply && mayFail?.test(answer.message) !== true) throw answer;
  }
}

function take(connection: RespConnection, steps: readonly Step[]): Promise<readonly Answer[]> {
  return new Promise((resolve, reject) => {
    const answers: Answer[] = [];
    for (const { command } of steps) {
      connection.send([encodeCommands([command])], 1, {
        receive: (bytes, start) => {
          answers.push(decodeReply(bytes, start).value);
          if (answers.length === steps.length) resolve(answers);
        },
        // A server that refuses a client says why and hangs up: the reply is the cause, not the end after it.
        lose: (error) => reject(answers.find((answer) => answer instanceof RespErrorReply) ?? error),
      });
    }
  });
}
