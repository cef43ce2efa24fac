import { escapeText } from '../keys/printable.ts';
import type { RedisTarget } from '../redis/types.ts';
import type { Prompter } from '../terminal/prompt.ts';
import { decideConfirmation, DELETING, type Deed } from './confirmation.ts';
import type { ConfirmationRequest } from './context.ts';
import { CachectlError } from './errors.ts';
import { ExitCode } from './exit-code.ts';

/** The person who may be asked. */
export interface Person {
  readonly canAsk: boolean;
  readonly prompter: Prompter;
  readonly write: (text: string) => Promise<void>;
}

/**
 * Gets the consent that a deletion needs.
 * @throws CachectlError `unconfirmed` (exit 7) where it is refused or cannot be asked for
 */
export async function confirmWithPerson(
  request: ConfirmationRequest,
  target: RedisTarget,
  person: Person,
): Promise<void> {
  const deed = request.deed ?? DELETING;
  const consent = { yes: request.yes, confirm: request.confirm, canAsk: person.canAsk };
  const step = decideConfirmation(request.reach, target, consent, deed);
  switch (step.kind) {
    case 'proceed':
      return;
    case 'refuse':
      throw unconfirmed(step.message, step.hint);
    case 'ask-yes-no': {
      if (!(await showPreview(request, person))) return;
      const answer = await person.prompter.yesNo(
        `${deed.verb[0]?.toUpperCase() ?? ''}${deed.verb.slice(1)} them ${deed === DELETING ? 'from' : 'on'} ${target.name}?`,
      );
      if (!answer) throw unconfirmed(`not confirmed: nothing was ${pastOf(deed)}`);
      return;
    }
    case 'ask-name': {
      if (!(await showPreview(request, person))) await person.write('Nothing matches at the moment\n');
      const answer = await person.prompter.text(`Type ${step.name} to ${deed.verb} them:`);
      if (answer.trim() !== step.name) {
        const typed = answer.trim() === '' ? '' : ` ("${escapeText(answer.trim())}" is not ${step.name})`;
        throw unconfirmed(`not confirmed: nothing was ${pastOf(deed)}${typed}`);
      }
    }
  }
}

function pastOf(deed: Deed): string {
  return `${deed.verb.replace(/e$/, '')}ed`;
}

/** @returns false where nothing would happen: the command itself says so */
async function showPreview(request: ConfirmationRequest, person: Person): Promise<boolean> {
  const lines = await request.preview();
  for (const line of lines ?? []) await person.write(`${line}\n`);
  return lines !== undefined;
}

function unconfirmed(message: string, hint?: string): CachectlError {
  return new CachectlError(message, { code: 'unconfirmed', exitCode: ExitCode.unconfirmed, hint });
}
