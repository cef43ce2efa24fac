import { execFileSync } from 'node:child_process';

/**
 * Makes sure that packages of the system are installed, through apt.
 * @throws where one is missing and cannot be installed: a test fails, and does not skip, without its peer
 */
export function ensurePackages(packages: readonly string[]): void {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = (...args: readonly string[]): void => {
    // apt holds a lock while it works; another test file may be installing at this moment.
    const [program = 'apt-get', ...rest] = [...sudo, 'apt-get', '-o', 'DPkg::Lock::Timeout=240', ...args];
    execFileSync(program, rest, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  };
  try {
    apt('install', '-y', '-qq', '--no-install-recommends', ...missing);
  } catch {
    // The lists of packages may be old, or not there yet.
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', ...missing);
  }
}

function isInstalled(name: string): boolean {
  try {
    const status = execFileSync('/usr/bin/dpkg-query', ['-W', '-f', '${Status}', name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return status === 'install ok installed';
  } catch {
    return false;
  }
}
