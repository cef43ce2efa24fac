// In place of k6's module of this name: as there, `get` waits for the answer. The request itself is curl's.
import { spawnSync } from 'node:child_process';

/**
 * @param {string} url
 * @param {{ headers: Record<string, string>, timeout: string, redirects: number }} params
 */
function get(url, { headers, timeout, redirects }) {
  const seconds = Number(/^(\d+)ms$/.exec(timeout)?.[1]) / 1_000;
  const { stdout } = spawnSync(
    'curl',
    [
      ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
      ...['-m', String(seconds), '--max-redirs', String(redirects)],
      ...['-s', '-o', '/dev/null', '-w', '%{http_code}', url],
    ],
    { encoding: 'utf8' },
  );
  return { status: Number(stdout) };
}

export default { get };
