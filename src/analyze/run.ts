import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { refuseUnwritableReport, writeReportFile } from '../cli/report-file.ts';
import { groupsByPattern } from '../keys/group-of.ts';
import { bindSelection } from '../selection/bind.ts';
import { selectionJson } from '../selection/describe.ts';
import { parseAnalyze, type AnalyzeOptions } from './options.ts';
import { advise } from './advice/advise.ts';
import { findUseCounters, notCounted } from './frequency.ts';
import { listenForHotKeys } from './hot.ts';
import { askLengths } from './lengths.ts';
import { Questions, type Question } from './questions.ts';
import { readKeys } from './read-keys.ts';
import { renderHtml } from './report-html.ts';
import { analyzeExitCode, makeReport } from './report.ts';
import { Tally } from './tally.ts';
import { analyzeViews } from './views.ts';

async function runAnalyze(options: AnalyzeOptions, context: Context): Promise<Outcome> {
  const { layout, host } = context;
  await refuseUnwritableReport(options.reportFile);
  const client = await context.redis();
  const bound = await bindSelection(options.selection, context, { twice: false });
  // First, since what the walk asks would be heard as well.
  const listen = options.hot?.listen;
  const hot =
    listen === undefined
      ? undefined
      : await listenForHotKeys(client, { ...listen, separators: options.separators }, context);
  const counters = options.hot === undefined ? undefined : await findUseCounters(client);
  if (counters?.kind === 'not counted' && listen === undefined) throw notCounted(counters);
  const asked: readonly Question[] = [
    ...(['type', 'ttl', 'memory'] as const),
    ...(options.idle ? ['idle' as const] : []),
    ...(counters?.kind === 'counted' ? ['frequency' as const] : []),
  ];
  const questions = new Questions({ questions: asked, samples: options.samples });
  const groups = context.spec?.spec.groups ?? [];
  const tally = new Tally({
    layout,
    separators: options.separators,
    groups: { names: groups.map(({ name }) => name), groupOf: groupsByPattern(groups, layout) },
    uses: counters?.kind === 'counted' ? counters.uses : undefined,
    top: options.top,
  });
  const reading = await readKeys(
    client,
    {
      size: options.size,
      // All keys are analyzed where nothing else is said; those of no layout are counted apart.
      pattern: options.selection.all ? undefined : bound.glob,
      accept: bound.acceptsScanned,
      pace: options.pace,
      tally,
      questions,
    },
    context,
  );
  await askLengths(client, tally.biggest);
  const found = makeReport({
    target: client.target,
    layout,
    selection: selectionJson(options.selection, layout),
    reading,
    tally,
    depth: options.depth,
    top: options.top,
    questions,
    hot,
    findings: undefined,
    interrupted: context.signal.aborted,
    madeAtMs: host.clock.now(),
  });
  const report = options.advise ? { ...found, findings: await advise(found, client) } : found;
  for (const [question, error] of questions.refusals)
    context.messages.warn(`${question} is unknown: ${error.message}`);
  const failure =
    options.reportFile === undefined
      ? undefined
      : await writeReportFile(options.reportFile, renderHtml(report), 'analyze');
  return { exitCode: failure?.exitCode ?? analyzeExitCode(report), views: analyzeViews(report), failure };
}

export const command = defineCommand({ parse: parseAnalyze, run: runAnalyze });
