import { describe, expect, it } from 'vitest';

import { findSpecFile } from '../../../src/config/find.ts';

const among =
  (...paths: readonly string[]) =>
  (path: string) =>
    Promise.resolve(paths.includes(path));

describe('looking for the spec file', () => {
  it('takes the nearest one upward', async () => {
    const search = await findSpecFile('/a/b/c', among('/a/cachectl.yaml', '/a/b/cachectl.yml'));
    expect(search).toEqual({ found: true, path: '/a/b/cachectl.yml' });
  });

  it('prefers .yaml to .yml in one directory', async () => {
    const search = await findSpecFile('/a', among('/a/cachectl.yml', '/a/cachectl.yaml'));
    expect(search).toEqual({ found: true, path: '/a/cachectl.yaml' });
  });

  it('lists every place up to the root where there is none', async () => {
    expect(await findSpecFile('/a', among())).toEqual({
      found: false,
      lookedAt: ['/a/cachectl.yaml', '/a/cachectl.yml', '/cachectl.yaml', '/cachectl.yml'],
    });
  });
});
