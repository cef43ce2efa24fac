import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import { VERSION } from '../version.ts';
import { check, failed, passed, skipped, warning, withHint, type Check, type Finding } from './check.ts';

/** Everything that has nothing to do with Redis: this machine, the spec file, the origin. */
export async function checkPlace(context: Context): Promise<readonly Check[]> {
  return [
    check('program', passed(`cachectl ${VERSION}, Node ${context.host.nodeVersion}`)),
    check('spec file', judgeSpec(context)),
    check('origin', await askOrigin(context)),
    check('completion', await findCompletion(context.host)),
  ];
}

function judgeSpec({ spec, specProblem }: Context): Finding {
  if (specProblem !== undefined) {
    const [first = ''] = specProblem.message.split('\n');
    return failed(first, 'cachectl config validate');
  }
  if (spec === undefined) return warning('there is none from here upward', 'cachectl init');
  const count = Object.keys(spec.spec.scopes).length;
  if (spec.warnings.length > 0) {
    return warning(`${spec.path}: ${spec.warnings[0]?.message ?? ''}`, 'cachectl config validate');
  }
  return passed(`${spec.path}, ${count === 1 ? '1 scope' : `${count} scopes`}`);
}

/** Any answer but a 5xx proves that the application is there. */
async function askOrigin(context: Context): Promise<Finding> {
  const spec = context.spec?.spec;
  const origin = spec?.origin;
  if (spec === undefined || origin === undefined) return skipped('the spec file names none');
  const { createOriginClient } = await import('../origin/client.ts');
  const { askOnce } = await import('../origin/ask-once.ts');
  const curl = `curl -sS -o /dev/null -D - ${origin.baseUrl}`;
  const client = createOriginClient({ connections: 1, allowedHosts: origin.allowedHosts });
  try {
    const { status, elapsedMs } = await askOnce(
      client,
      {
        url: new URL(origin.baseUrl).href,
        headers: origin.headers,
        timeoutMs: spec.defaults.timeoutMs,
        maxBodyBytes: 64 * 1024 * 1024,
      },
      context.signal,
    );
    const text = `${origin.baseUrl} answers ${status} in ${Math.round(elapsedMs)} ms`;
    return status >= 500 ? failed(text, curl) : passed(text);
  } catch (error) {
    if (!(error instanceof CachectlError) || context.signal.aborted) throw error;
    return failed(withHint(error), curl);
  } finally {
    await client.close();
  }
}

/** Where each shell looks, under the home directory or from the root: a script of ours, or a line that calls it. */
const COMPLETION_PLACES: Readonly<Record<string, readonly string[]>> = {
  bash: [
    '~/.bashrc',
    '~/.bash_profile',
    '~/.bash_completion',
    '~/.local/share/bash-completion/completions/cachectl',
    '/usr/share/bash-completion/completions/cachectl',
    '/etc/bash_completion.d/cachectl',
  ],
  zsh: [
    '~/.zshrc',
    '~/.zfunc/_cachectl',
    '/usr/share/zsh/vendor-completions/_cachectl',
    '/usr/local/share/zsh/site-functions/_cachectl',
  ],
  fish: [
    '~/.config/fish/config.fish',
    '~/.config/fish/completions/cachectl.fish',
    '/usr/share/fish/vendor_completions.d/cachectl.fish',
  ],
};

const INSTALL: Readonly<Record<string, string>> = {
  bash: "echo 'source <(cachectl completion bash)' >> ~/.bashrc",
  zsh: "echo 'source <(cachectl completion zsh)' >> ~/.zshrc",
  fish: 'cachectl completion fish > ~/.config/fish/completions/cachectl.fish',
};

async function findCompletion({ env }: Pick<Context['host'], 'env'>): Promise<Finding> {
  const shell = path.basename(env['SHELL'] ?? '');
  const places = COMPLETION_PLACES[shell];
  const home = env['HOME'];
  if (places === undefined || home === undefined) return skipped('no shell is known here (SHELL)');
  for (const place of places) {
    const text = await readFile(place.replace(/^~/, home), 'utf8').catch(() => '');
    if (text.includes('cachectl')) return passed(`${shell}: ${place}`);
  }
  return warning(`not installed for ${shell}`, INSTALL[shell]);
}
