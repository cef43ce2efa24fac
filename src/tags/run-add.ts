import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { keyJson, printableKey } from '../keys/printable.ts';
import { countOf } from '../units/number.ts';
import { addTags } from './add-tags.ts';

interface AddOptions {
  /** Logical. */
  readonly key: Buffer;
  readonly tags: readonly string[];
}

async function runAdd({ key, tags }: AddOptions, context: Context): Promise<Outcome> {
  const client = await context.redis();
  const { layout, host } = context;
  const tagged = await addTags(client, layout.toPhysicalKeys(key), tags, {
    layout,
    now: () => host.clock.now(),
  });
  if (tagged === undefined) {
    context.messages.note(`${printableKey(key)} is not there (it may have expired): it got no tags`);
  }
  const { name, location } = client.target;
  const words = tags.map((tag) => printableKey(Buffer.from(tag, 'utf8'))).join(' ');
  return {
    exitCode: ExitCode.ok,
    views: {
      table: () =>
        tagged === undefined
          ? 'Nothing was tagged'
          : `${printableKey(key)} has ${countOf(tags.length, 'tag')} more on ${name}: ${words}`,
      json: () => ({
        schema: 'cachectl/tags-add/v1',
        target: { name, location },
        ...keyJson(key),
        tags,
        tagged: tagged !== undefined,
      }),
    },
  };
}

export const command = defineCommand<AddOptions>({
  parse: (input) => {
    const [key = Buffer.alloc(0)] = input.bytes(input.args.slice(0, 1));
    const tags = [...new Set(input.args.slice(1))];
    if (tags.includes('')) throw new UsageError('a tag is empty');
    return { key, tags };
  },
  run: runAdd,
});
