import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RuleSpec } from '../../../src/config/rule-spec.ts';
import { actionLine, actionsOf } from '../../../src/invalidation/action.ts';
import { reachOfActions } from '../../../src/invalidation/consent.ts';
import { readEventData } from '../../../src/invalidation/event.ts';
import { planRule } from '../../../src/invalidation/plan.ts';
import { matchesGlob } from '../../../src/keys/pattern.ts';
import { parseWhere } from '../../../src/text/where.ts';

function rule(parts: Partial<RuleSpec>): RuleSpec {
  return { name: 'e', clear: [], tags: [], bump: [], http: [], rewarm: [], onFailure: 'continue', ...parts };
}

const lines = (parts: Partial<RuleSpec>, ...events: readonly Record<string, string>[]) =>
  actionsOf(planRule(rule(parts), events)).map(actionLine);

describe('the data of an event', () => {
  it('keeps every digit of a number', () => {
    const json =
      '{"id": 1234567890123456789, "price": 1.10, "ok": true, "name": "a", "nested": {"n": 1}, "none": null}';
    expect(readEventData(json, 'it')).toEqual({
      id: '1234567890123456789',
      price: '1.10',
      ok: 'true',
      name: 'a',
    });
  });
});

describe('the plan of a rule', () => {
  it('clears and raises first, then sends, then warms', () => {
    expect(
      lines(
        {
          rewarm: [{ scope: 'products', where: parseWhere('id == {id}') }],
          http: [{ method: 'PURGE', url: 'https://cdn.internal/p/{id}', headers: {} }],
          bump: ['lists'],
          tags: ['product:{id}'],
          clear: ['product:{id}', 'products_list_*'],
        },
        { id: '42' },
      ),
    ).toEqual([
      'cachectl clear --pattern "products_list_*" --tag product:42 product:42',
      'cachectl namespace bump lists',
      'PURGE https://cdn.internal/p/42',
      'cachectl warm --scope products --where "id == 42" --force',
    ]);
  });

  it('does what several events have in common once', () => {
    const plan = planRule(
      rule({
        clear: ['product:{id}', 'list:*'],
        http: [{ method: 'BAN', url: 'http://cdn/all', headers: {} }],
        rewarm: [{ scope: 'products', where: parseWhere('id == {id}') }],
      }),
      [{ id: '1' }, { id: '2' }, { id: '1' }],
    );
    expect(plan.keys).toEqual(['product:1', 'product:2']);
    expect(plan.patterns).toEqual(['list:*']);
    expect(plan.requests).toHaveLength(1);
    expect(plan.rewarm).toEqual([{ scope: 'products', where: ['id == 1', 'id == 2'] }]);
  });

  it('takes a value for nothing but itself, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (id) => {
        const plan = planRule(rule({ clear: ['a:{id}', 'b:{id}:*'] }), [{ id }]);
        expect(plan.keys).toEqual([`a:${id}`]);
        const [pattern = ''] = plan.patterns;
        expect(matchesGlob(Buffer.from(pattern), Buffer.from(`b:${id}:x`))).toBe(true);
        expect(matchesGlob(Buffer.from(pattern), Buffer.from('b:other-thing:x'))).toBe(id === 'other-thing');
      }),
    );
  });

  it('encodes values as where they stand wants it', () => {
    const [request] = planRule(
      rule({
        http: [
          {
            method: 'POST',
            url: 'https://cdn.internal/purge?key={name}',
            headers: { 'Content-Type': 'application/json', 'X-Key': '{name}' },
            body: '{{"files":["{name}"]}}',
          },
        ],
      }),
      [{ name: 'a"b&c' }],
    ).requests;
    expect(request).toMatchObject({
      url: 'https://cdn.internal/purge?key=a%22b%26c',
      headers: { 'X-Key': 'a"b&c' },
      body: '{"files":["a\\"b&c"]}',
    });
  });

  it('refuses a value that is missing or empty, before anything is done, and names all of them', () => {
    const parts: Partial<RuleSpec> = { clear: ['p:{id}:{lang}'], tags: ['{shop}'] };
    expect(() => planRule(rule(parts), [{ id: '', shop: 'x' }])).toThrow(
      'e needs a value for {id}, {lang}, and nothing was done',
    );
  });

  it('reaches as far as the furthest of its actions', () => {
    const reach = (parts: Partial<RuleSpec>) =>
      reachOfActions(actionsOf(planRule(rule(parts), [{ id: '*' }])));
    expect(reach({ clear: ['p:{id}'] })).toBe('named');
    expect(reach({ clear: ['{id}'] })).toBe('named');
    expect(reach({ clear: ['p:*'] })).toBe('selection');
    expect(reach({ tags: ['t'] })).toBe('selection');
    expect(reach({ bump: ['n'] })).toBe('selection');
    expect(reach({ clear: ['p', '*'] })).toBe('everything');
  });
});
