import type { InputStream, OutputStream } from '../host.ts';

/** Asks a person; only ever used where stdin and stderr are terminals. Ctrl-C throws what `interrupted` makes. */
export interface Prompter {
  readonly yesNo: (question: string) => Promise<boolean>;
  readonly text: (question: string) => Promise<string>;
  readonly secret: (question: string) => Promise<string>;
}

interface Question {
  readonly type: 'confirm' | 'input' | 'password';
  readonly message: string;
  /** What an empty answer means: the library's own default for a confirmation is yes. */
  readonly default?: false;
}

/** Prompts on stderr, so that stdout stays the command's result. */
export function createPrompter(
  stdin: InputStream,
  stderr: OutputStream,
  signal: AbortSignal,
  interrupted: () => Error,
): Prompter {
  const ask = async (question: Question): Promise<unknown> => {
    const { default: inquirer } = await import('inquirer');
    const prompt = inquirer.createPromptModule({ input: stdin, output: stderr, signal });
    try {
      const answers: { readonly answer?: unknown } = await prompt([{ ...question, name: 'answer' }]);
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
  return {
    yesNo: async (message) => (await ask({ type: 'confirm', message, default: false })) === true,
    text: (message) => askText({ type: 'input', message }),
    secret: (message) => askText({ type: 'password', message }),
  };
}
