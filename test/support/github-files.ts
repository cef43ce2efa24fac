import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as workflows from '@actions/workflow-parser';
import type * as actions from '@actions/workflow-parser/actions/action-parser';
import { buildSync } from 'esbuild';

type GithubParser = typeof workflows & Pick<typeof actions, 'parseAction'>;

let loaded: GithubParser | undefined;

/** GitHub's own parser. It imports JSON in a way that only bundlers take, and so it is bundled first. */
function githubParser(): GithubParser {
  if (loaded !== undefined) return loaded;
  const folder = mkdtempSync(path.join(tmpdir(), 'cachectl-test-'));
  try {
    const outfile = path.join(folder, 'github.cjs');
    buildSync({
      stdin: {
        contents: `export * from '@actions/workflow-parser';
                   export { parseAction } from '@actions/workflow-parser/actions/action-parser';`,
        resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
    });
    loaded = createRequire(import.meta.url)(outfile) as GithubParser;
    return loaded;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What GitHub's own parser has against a workflow, with line and column; nothing where it is right. */
export async function workflowErrors(content: string): Promise<readonly string[]> {
  const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = githubParser();
  const { context, value } = parseWorkflow({ name: 'workflow.yml', content }, new NoOperationTraceWriter());
  // Needs that name no job and the like are found only on the way to what a runner reads.
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

/** The same of an action.yml. */
export function actionErrors(content: string): readonly string[] {
  const { NoOperationTraceWriter, parseAction } = githubParser();
  const { context } = parseAction({ name: 'action.yml', content }, new NoOperationTraceWriter());
  return context.errors.getErrors().map(({ message }) => message);
}
