import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

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
  const missing: string[] = [];
  for (const name of names) if (!(await isInstalled(name))) missing.push(name);
  if (missing.length === 0) return;
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, maxBuffer: 64 * 1024 * 1024 };
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = (...args: string[]) => {
    const [program = 'apt-get', ...rest] = [...sudo, 'apt-get', ...args];
    return run(program, rest, options);
  };
  // Another test file may be installing something: apt waits for it.
  const wait = ['-o', 'DPkg::Lock::Timeout=240', '-qq'];
  await apt(...wait, 'update');
  await apt(...wait, 'install', '-y', '--no-install-recommends', ...missing);
}

async function isInstalled(name: string): Promise<boolean> {
  try {
    const { stdout } = await run('dpkg-query', ['-W', '-f', '${Status}', name]);
    return stdout.endsWith(' installed');
  } catch {
    return false;
  }
}
