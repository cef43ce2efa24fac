import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How long another program may hold apt's locks. */
const PATIENCE_MS = 240_000;
const PAUSE_MS = 500;

/** Debian's own Python, which its packages belong to; another may come first on PATH. */
export async function systemPython(): Promise<string> {
  const { stdout } = await run('sh', ['-c', 'command -pv python3']);
  return stdout.trim();
}

/**
 * Makes sure that Debian packages are installed, installing what is missing.
 * @throws where that is impossible: a test of a framework fails without the framework
 */
export async function ensurePackages(names: readonly string[]): Promise<void> {
  if ((await missingOf(names)).length === 0) return;
  await apt(['update']);
  // Another test file may have installed them meanwhile.
  const missing = await missingOf(names);
  if (missing.length > 0) await apt(['install', '-y', '--no-install-recommends', ...missing]);
}

/**
 * Runs apt-get, waiting where another one is at work: DPkg::Lock::Timeout is about the lock of installed
 * packages alone, and the locks of package lists and of the archive fail at once.
 */
async function apt(args: readonly string[]): Promise<void> {
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const wait = ['-o', `DPkg::Lock::Timeout=${PATIENCE_MS / 1_000}`, '-o', 'Acquire::Retries=5', '-qq'];
  // One at a time among all test files: while lists are replaced, a package of theirs cannot be found.
  const alone = ['flock', path.join(tmpdir(), `cachectl-test-apt-${process.getuid?.() ?? 0}.lock`)];
  const [program = 'apt-get', ...rest] = [...alone, ...sudo, 'apt-get', ...wait, ...args];
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
  };
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await run(program, rest, options);
      return;
    } catch (error) {
      if (performance.now() > deadline || !isLocked(error)) throw error;
      await setTimeout(PAUSE_MS);
    }
  }
}

/** `E: Could not get lock /var/lib/apt/lists/lock. It is held by process 4711 (apt-get)`. */
function isLocked(error: unknown): boolean {
  return error instanceof Error && /Could not get lock|Unable to (?:acquire|lock)/.test(error.message);
}

async function missingOf(names: readonly string[]): Promise<readonly string[]> {
  const installed = await Promise.all(names.map(isInstalled));
  return names.filter((_, index) => installed[index] !== true);
}

async function isInstalled(name: string): Promise<boolean> {
  try {
    const { stdout } = await run('dpkg-query', ['-W', '-f', '${Status}', name]);
    return stdout.endsWith(' installed');
  } catch {
    return false;
  }
}
