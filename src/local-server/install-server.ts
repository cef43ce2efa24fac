import { spawn } from 'node:child_process';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { findProgram, findServer } from './find-server.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** How one package manager installs a Redis server. */
interface PackageManager {
  readonly program: string;
  readonly steps: readonly (readonly string[])[];
  /** Whether it wants to be root. */
  readonly root: boolean;
  readonly env?: Env;
}

const MANAGERS: readonly PackageManager[] = [
  {
    program: 'apt-get',
    steps: [
      ['apt-get', 'update', '-qq'],
      ['apt-get', 'install', '-y', '-qq', 'redis-server'],
    ],
    root: true,
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  },
  { program: 'apk', steps: [['apk', 'add', '--quiet', 'redis']], root: true },
  // Fedora 41 and later have Valkey instead of Redis; it provides redis-server's abilities.
  { program: 'dnf', steps: [['dnf', 'install', '-y', '-q', 'valkey']], root: true },
  { program: 'brew', steps: [['brew', 'install', '--quiet', 'redis']], root: false },
];

/** The commands that would install a server here, or `undefined` where no known package manager is there. */
export function planInstallation(
  env: Env,
  isRoot: boolean,
): { readonly steps: readonly (readonly string[])[]; readonly env: Env } | undefined {
  const manager = MANAGERS.find((candidate) => findProgram(candidate.program, env) !== undefined);
  if (manager === undefined) return undefined;
  const sudo = manager.root && !isRoot ? ['sudo'] : [];
  return { steps: manager.steps.map((step) => [...sudo, ...step]), env: manager.env ?? {} };
}

/** Who is told what is about to be installed, and what the machine is like. */
export interface InstallContext {
  readonly env: Env;
  readonly isRoot: boolean;
  readonly say: (line: string) => void;
}

/**
 * Makes sure that a Redis server program is there, installing the system's package where it is not.
 * @returns its path
 * @throws CachectlError `server.missing` (exit 3) with the command to type where that is impossible
 */
export async function ensureServer(context: InstallContext): Promise<string> {
  const found = findServer(context.env);
  if (found !== undefined) return found;
  const plan = planInstallation(context.env, context.isRoot);
  if (plan === undefined) throw missingServer(context.env, context.isRoot);
  const commands = plan.steps.map((step) => step.join(' ')).join(' && ');
  context.say(`no redis-server found; installing it: ${commands}`);
  for (const step of plan.steps) {
    const failure = await runStep(step, { ...context.env, ...plan.env });
    if (failure !== undefined) {
      throw new CachectlError(`installing a Redis server failed: ${step.join(' ')}: ${failure}`, {
        code: 'server.missing',
        exitCode: ExitCode.unreachable,
        hint: `try it yourself: ${commands}`,
      });
    }
  }
  const installed = findServer(context.env);
  if (installed === undefined) throw missingServer(context.env, context.isRoot);
  return installed;
}

/** The error where no server is there and none is to be installed, with the command to type. */
export function missingServer(env: Env, isRoot: boolean): CachectlError {
  const plan = planInstallation(env, isRoot);
  const hint =
    plan === undefined
      ? 'install redis-server or valkey-server, or name one with CACHECTL_REDIS_SERVER=/path/to/redis-server'
      : `type: ${plan.steps.map((step) => step.join(' ')).join(' && ')}`;
  return new CachectlError('no redis-server and no valkey-server on this machine', {
    code: 'server.missing',
    exitCode: ExitCode.unreachable,
    hint,
  });
}

/** Runs one command; gives its last words where it failed. */
function runStep(step: readonly string[], env: Env): Promise<string | undefined> {
  const [program = '', ...args] = step;
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString('utf8')).slice(-2_000);
    });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => {
      resolve(code === 0 ? undefined : (words.trim().split('\n').at(-1) ?? `exit ${String(code)}`));
    });
  });
}
