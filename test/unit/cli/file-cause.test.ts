import { describe, expect, it } from 'vitest';
import { fileCause } from '../../../src/cli/file-cause.ts';

const failure = (code: string, message = `${code}: no such file, open 'a\u001b[31m'`): Error =>
  Object.assign(new Error(message), { code });

describe('why a file cannot be used', () => {
  it('is said in words, and of what is missing', () => {
    expect(fileCause(failure('ENOENT'), 'read')).toBe('it does not exist');
    expect(fileCause(failure('ENOENT'), 'write')).toBe('its folder does not exist');
    expect(fileCause(failure('EISDIR'), 'read')).toBe('it is a folder');
    expect(fileCause(failure('EACCES'), 'write')).toBe('permission denied');
  });

  it("is Node's own message, escaped, for any other cause", () => {
    expect(fileCause(failure('EIO', 'EIO: bad \u001b[31m disk'), 'read')).toBe(
      String.raw`EIO: bad \x1b[31m disk`,
    );
    expect(fileCause(failure('EIO', ''), 'read')).toBe('EIO');
    expect(fileCause(undefined, 'write')).toBe('unknown');
  });
});
