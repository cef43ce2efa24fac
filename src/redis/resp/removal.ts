import { forEachArgument } from './scan-reply.ts';

/** UNLINK frees big values in the background; DEL is for servers that are too old to know it. */
export type RemovalCommand = 'UNLINK' | 'DEL';

/**
 * The removal of keys that are already encoded as arguments: one command for all of them, whose arguments
 * are passed on as they are, or one command a key.
 */
export function encodeRemoval(
  command: RemovalCommand,
  args: Buffer,
  count: number,
  multiKey: boolean,
): readonly Buffer[] {
  const name = `$${command.length}\r\n${command}\r\n`;
  if (multiKey) return [Buffer.from(`*${count + 1}\r\n${name}`, 'latin1'), args];
  const head = Buffer.from(`*2\r\n${name}`, 'latin1');
  const bytes = Buffer.allocUnsafe(count * head.length + args.length);
  let at = 0;
  forEachArgument(args, 0, count, (start, _content, next) => {
    at += head.copy(bytes, at);
    at += args.copy(bytes, at, start, next);
  });
  return [bytes];
}
