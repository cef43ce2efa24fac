import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Once before tests of the built program: dist/ is what src/ says. */
export default function setup(): void {
  execFileSync(process.execPath, ['esbuild.config.js'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: 'inherit',
  });
}
