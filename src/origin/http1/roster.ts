/**
 * Who is under way. Members come and go many thousands of times a second, and a Set is not made for that: each
 * time it has too many gaps, it moves into a new table, and the old one points to the new one and to everybody who
 * was in it. Once one of them has grown old, the collector takes all that came after it for alive: requests,
 * answers and bodies stayed until the next full collection (measured for `warm`: nearly all of them).
 */
export class Roster<Member extends object> {
  readonly #members: (Member | undefined)[] = [];
  readonly #free: number[] = [];

  /** Takes somebody in; gives the place, which is needed to leave. */
  enter(member: Member): number {
    const place = this.#free.pop() ?? this.#members.length;
    this.#members[place] = member;
    return place;
  }

  /** Empties a place that was given, once. */
  leave(place: number): void {
    this.#members[place] = undefined;
    this.#free.push(place);
  }

  /** Everybody who is in it at this moment. */
  members(): readonly Member[] {
    return this.#members.filter((member) => member !== undefined);
  }
}
