import { describe, expect, test } from 'vitest';
import { replaceMarked } from '../../../src/documents/marked-part.ts';
import { softwareBill } from '../../../src/documents/sbom.ts';

describe('a marked part', () => {
  test('is replaced, and what stands around it is kept', () => {
    const text = 'mine\n<!-- x -->\nold\nold\n<!-- /x -->\nmine too';
    expect(replaceMarked(text, 'x', 'new')).toBe('mine\n<!-- x -->\nnew\n<!-- /x -->\nmine too');
  });

  test('that is lost is named', () => {
    expect(() => replaceMarked('<!-- x -->\n', 'x', 'new')).toThrow(/<!-- x -->.*is lost/);
  });
});

test('the bill of materials names packages by their address, and the program that holds them', () => {
  const bill = softwareBill({ name: 'cachectl', version: '1.2.3', license: 'MIT' }, [
    { name: '@scope/part', version: '4.5.6', license: '(MIT OR Apache-2.0)' },
  ]);
  expect(bill).toMatchObject({
    bomFormat: 'CycloneDX',
    metadata: { component: { type: 'application', purl: 'pkg:npm/cachectl@1.2.3' } },
    components: [{ purl: 'pkg:npm/%40scope/part@4.5.6', licenses: [{ expression: '(MIT OR Apache-2.0)' }] }],
    dependencies: [
      { ref: 'pkg:npm/cachectl@1.2.3', dependsOn: ['pkg:npm/%40scope/part@4.5.6'] },
      { ref: 'pkg:npm/%40scope/part@4.5.6' },
    ],
  });
});
