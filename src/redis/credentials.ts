import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CachectlError, UsageError } from '../cli/errors.ts';
import { fileCause } from '../cli/file-cause.ts';
import { escapeText } from '../keys/printable.ts';
import { ExitCode } from '../cli/exit-code.ts';

/** Where a password comes from. Only `given` ones are known before the connection is opened. */
export type PasswordSource =
  | { readonly kind: 'none' }
  | { readonly kind: 'given'; readonly password: string }
  | { readonly kind: 'file'; readonly path: string }
  /** The first line of stdin. */
  | { readonly kind: 'stdin' }
  /** The output of a shell command: for tokens that are made anew each time. */
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'prompt' };

/** What reading a password may use. */
export interface PasswordContext {
  readonly stdin: Readable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Whether somebody is there to be asked. */
  readonly canAsk: boolean;
  readonly askSecret: (question: string) => Promise<string | undefined>;
  readonly signal: AbortSignal;
}

const COMMAND_LIMIT_MS = 30_000;
const MAX_PASSWORD_BYTES = 64 * 1024;

/**
 * Gets the password. No message ever holds any of it.
 * @throws CachectlError where its source fails
 */
export async function readPassword(
  source: PasswordSource,
  context: PasswordContext,
): Promise<string | undefined> {
  switch (source.kind) {
    case 'none':
      return undefined;
    case 'given':
      return source.password;
    case 'file':
      return fromFile(source.path);
    case 'stdin':
      return firstLine(await readAll(context.stdin));
    case 'command':
      return fromCommand(source.command, context);
    case 'prompt': {
      if (!context.canAsk) {
        throw new UsageError('--askpass needs a terminal to ask on', {
          hint: 'in a script, use --password-file FILE or REDISCLI_AUTH',
        });
      }
      return context.askSecret('Redis password:');
    }
  }
}

/** Files end with a line feed that is no part of the password. */
function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? '';
}

async function fromFile(path: string): Promise<string> {
  try {
    return firstLine(await readFile(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`the password file ${escapeText(path)} cannot be read: ${fileCause(error, 'read')}`);
  }
}

async function readAll(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.length > MAX_PASSWORD_BYTES) break;
  }
  return text;
}

/** Its stderr is the user's to see; its stdout is the secret. */
async function fromCommand(command: string, context: PasswordContext): Promise<string> {
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: context.cwd,
    env: context.env,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: COMMAND_LIMIT_MS,
    signal: context.signal,
  });
  // Where the shell was killed, what it had started may live on and hold the pipe: it is not waited for.
  child.on('exit', (_, killedBy) => {
    if (killedBy !== null) child.stdout.destroy();
  });
  const output = readAll(child.stdout).catch(() => '');
  const status = await new Promise<number | string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'ended'));
  });
  context.signal.throwIfAborted();
  const password = firstLine(await output);
  if (status === 0 && password !== '') return password;
  throw new CachectlError(
    status === 0 ? 'password_command printed no password' : `password_command failed (${status})`,
    {
      code: 'redis.password-command',
      exitCode: ExitCode.refused,
      hint: 'run it by hand to see what is wrong',
    },
  );
}
