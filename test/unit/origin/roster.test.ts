import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Roster } from '../../../src/origin/http1/roster.ts';

describe('roster', () => {
  it('has exactly those who entered and have not left, however they come and go', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (steps) => {
        const roster = new Roster<{ readonly name: number }>();
        const model = new Map<
          number,
          { readonly member: { readonly name: number }; readonly place: number }
        >();
        for (const name of steps) {
          const there = model.get(name);
          if (there === undefined) {
            const member = { name };
            model.set(name, { member, place: roster.enter(member) });
          } else {
            roster.leave(there.place);
            model.delete(name);
          }
        }
        const members = roster.members();
        expect(members).toHaveLength(model.size);
        expect(new Set(members)).toEqual(new Set(Array.from(model.values(), ({ member }) => member)));
        expect(new Set(Array.from(model.values(), ({ place }) => place)).size).toBe(model.size);
      }),
    );
  });

  it('takes no more room than there were members at once', () => {
    const roster = new Roster<object>();
    const first = [roster.enter({}), roster.enter({})];
    for (const place of first) roster.leave(place);
    for (let i = 0; i < 1_000; i++) {
      const place = roster.enter({});
      expect(first).toContain(place);
      roster.leave(place);
    }
  });
});
