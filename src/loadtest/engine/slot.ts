/** Who is told how a slot's request ended. Exactly one of them is called for each request, never within `send`. */
export interface SlotOwner {
  /**
   * @param bytes of the body
   * @param counted what the counting header said; NaN where it said nothing
   */
  readonly onGood: (slot: Slot, status: number, bytes: number, counted: number) => void;
  /**
   * @param status of the answer, 0 where there was none
   * @param isUnreached whether no connection came about
   */
  readonly onBad: (slot: Slot, cause: string, status: number, bytes: number, isUnreached: boolean) => void;
}

/** One place for a request under way: a connection, or one for each host. */
export interface Slot {
  /** Which target it is working on. */
  target: number;
  plannedAt: number;
  sentAt: number;
  /** Whether it is working on something; kept by its owner. */
  isBusy: boolean;
  /** Sends the request of a target. The slot is free again when its owner is told. */
  readonly send: (target: number) => void;
  /** Opens what can be opened before the first request; resolves whether that works or not. */
  readonly prepare: () => Promise<void>;
  /** Ends it; what it was working on is told nothing. */
  readonly close: () => void;
}
