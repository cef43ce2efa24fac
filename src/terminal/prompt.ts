import type { InputStream, OutputStream } from '../host.ts';

/** Asks a person; only ever used where stdin and stderr are terminals. Answers are `undefined` after Ctrl-C. */
export interface Prompter {
  readonly yesNo: (question: string) => Promise<boolean | undefined>;
  readonly text: (question: string) => Promise<string | undefined>;
  readonly secret: (question: string) => Promise<string | undefined>;
}

/** Prompts on stderr, so that stdout stays the command's result. */
export function createPrompter(stdin: InputStream, stderr: OutputStream, signal: AbortSignal): Prompter {
  const ask = async <Answer>(question: Record<string, unknown>): Promise<Answer | undefined> => {
    const { default: inquirer } = await import('inquirer');
    const prompt = inquirer.createPromptModule({ input: stdin, output: stderr, signal });
    try {
      // The library types answers by literal questions; these are data.
      const answers: unknown = await prompt([{ name: 'answer', ...question }]);
      return (answers as { readonly answer?: Answer }).answer;
    } catch (error) {
      if (error instanceof Error && /ExitPromptError|AbortPromptError/.test(error.name)) return undefined;
      throw error;
    }
  };
  return {
    yesNo: (message) => ask<boolean>({ type: 'confirm', message, default: false }),
    text: (message) => ask<string>({ type: 'input', message }),
    secret: (message) => ask<string>({ type: 'password', message, mask: false }),
  };
}
