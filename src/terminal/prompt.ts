import type { InputStream, OutputStream } from '../host.ts';
import { wrapProse } from './wrap.ts';

/** Asks a person; only ever used where stdin and stderr are terminals. Ctrl-C throws what `interrupted` makes. */
export interface Prompter {
  readonly yesNo: (question: string) => Promise<boolean>;
  readonly text: (question: string) => Promise<string>;
  readonly secret: (question: string) => Promise<string>;
  /**
   * Lets a person type and pick one of what `find` gives for it; `find` is asked anew with every character, and
   * its signal is aborted by the next one.
   */
  readonly pick: <Item>(question: string, find: Finder<Item>) => Promise<Item>;
}

/** What a person may pick, for what has been typed so far. */
export type Finder<Item> = (
  typed: string,
  signal: AbortSignal,
) => Promise<{
  readonly items: readonly PickItem<Item>[];
  /** Stands below them and cannot be picked: that there are more, that there is none. */
  readonly note?: string | undefined;
}>;

/** One line of a list to pick from. Texts are shown as they are: whoever makes them has escaped them. */
export interface PickItem<Item> {
  readonly item: Item;
  readonly name: string;
  /** Shown below the list while the line is the current one. */
  readonly description?: string | undefined;
}

type Question =
  | {
      readonly type: 'confirm' | 'input' | 'password';
      readonly message: string;
      /** What an empty answer means: the library's own default for a confirmation is yes. */
      readonly default?: false;
    }
  | {
      readonly type: 'search';
      readonly message: string;
      readonly pageSize: number;
      readonly source: (
        typed: string | undefined,
        tools: { readonly signal: AbortSignal },
      ) => Promise<{ value: number; name: string; description?: string; disabled?: string }[]>;
    };

const PICK_ROWS = 10;
/** The question mark in front of a question, and a blank. */
const PREFIX_COLUMNS = 2;

/** The library asks the terminal's name what it can show, and never the locale. */
const ASCII_THEME = {
  prefix: { idle: '?', done: '+' },
  icon: { cursor: '>' },
  spinner: { interval: 80, frames: ['-', '\\', '|', '/'] },
  style: {
    keysHelpTip: () => 'arrows: navigate, Enter: select',
  },
};

/**
 * Prompts on stderr, so that stdout stays the command's result.
 * @param unicode whether more than ASCII can be shown
 */
export function createPrompter(
  stdin: InputStream,
  stderr: OutputStream,
  signal: AbortSignal,
  interrupted: () => Error,
  unicode: boolean,
): Prompter {
  const ask = async (question: Question): Promise<unknown> => {
    const { default: inquirer } = await import('inquirer');
    const prompt = inquirer.createPromptModule({ input: stdin, output: stderr, signal });
    try {
      const answers: { readonly answer?: unknown } = await prompt([
        {
          ...question,
          name: 'answer',
          // The library breaks in the middle of words.
          message: wrapProse(question.message, (stderr.columns ?? 80) - PREFIX_COLUMNS),
          ...(unicode ? {} : { theme: ASCII_THEME }),
        },
      ]);
      return answers.answer;
    } catch (error) {
      if (!(error instanceof Error && /ExitPromptError|AbortPromptError/.test(error.name))) throw error;
      // In raw mode Ctrl-C is a key, not a signal: the library tells of it in its own way.
      throw interrupted();
    }
  };
  const askText = async (question: Question): Promise<string> => {
    const answer = await ask(question);
    return typeof answer === 'string' ? answer : '';
  };
  const pick = async <Item>(message: string, find: Finder<Item>): Promise<Item> => {
    let items: readonly PickItem<Item>[] = [];
    const source: Extract<Question, { type: 'search' }>['source'] = async (typed, { signal: outdated }) => {
      const found = await find(typed ?? '', AbortSignal.any([signal, outdated]));
      if (!outdated.aborted) ({ items } = found);
      const lines = found.items.map(({ name, description }, value) => ({
        value,
        name,
        ...(description === undefined ? {} : { description }),
      }));
      return found.note === undefined ? lines : [...lines, { value: -1, name: found.note, disabled: ' ' }];
    };
    const answer = await ask({ type: 'search', message, pageSize: PICK_ROWS, source });
    const picked = items[Number(answer)];
    if (picked === undefined) throw new Error('the prompt gave something that was not offered');
    return picked.item;
  };
  return {
    pick,
    yesNo: async (message) => (await ask({ type: 'confirm', message, default: false })) === true,
    text: (message) => askText({ type: 'input', message }),
    secret: (message) => askText({ type: 'password', message }),
  };
}
