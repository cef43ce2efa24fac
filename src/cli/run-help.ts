import { nearest } from '../text/nearest.ts';
import { commandName, defineCommand } from './command.ts';
import { UsageError } from './errors.ts';
import { ExitCode } from './exit-code.ts';
import { renderCommandHelp, renderGroupHelp, renderRootHelp, renderTopic } from './help.ts';
import { TOPIC_LIST, TOPICS } from './help-topics.ts';
import { COMMANDS } from './registry.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';

export const command = defineCommand<readonly string[]>({
  parse: (input) => input.args,
  run: (topic) => {
    const render = pageFor(topic);
    return Promise.resolve({
      exitCode: ExitCode.ok,
      views: { table: render, json: () => ({ schema: 'cachectl/help/v1' }) },
    });
  },
});

function pageFor(topic: readonly string[]): (terminal: TerminalInfo) => string {
  const name = topic.join(' ');
  if (name === '') return (terminal) => renderRootHelp(COMMANDS, terminal);
  const page = [...TOPICS, TOPIC_LIST].find((candidate) => candidate.name === name);
  if (page !== undefined) return (terminal) => renderTopic(page, terminal);
  const spec = COMMANDS.find((candidate) => commandName(candidate) === name);
  if (spec !== undefined) return (terminal) => renderCommandHelp(spec, terminal);
  if (COMMANDS.some((candidate) => candidate.path[0] === name)) {
    return (terminal) => renderGroupHelp(topic, COMMANDS, terminal);
  }
  const guess = nearest(name, [...COMMANDS.map(commandName), ...TOPICS.map((topic) => topic.name)]);
  throw new UsageError(`there is no help about "${name}"`, {
    hint:
      guess === undefined
        ? `cachectl --help lists the commands; topics are ${TOPICS.map((topic) => topic.name).join(', ')}`
        : `did you mean cachectl help ${guess}?`,
  });
}
