import { countOf } from '../units/number.ts';

/** What the connection layer tells while it works. */
export interface ConnectionLog {
  /** For `--verbose`. */
  readonly say: (message: string) => void;
  /** One more round trip to this address, carrying so many commands. */
  readonly roundTrip: (address: string, commands: number) => void;
  /** Tells of all round trips so far. */
  readonly summarize: () => void;
}

/** A log that counts round trips by address. */
export function createConnectionLog(say: (message: string) => void): ConnectionLog {
  const trips = new Map<string, { trips: number; commands: number }>();
  return {
    say,
    roundTrip: (address, commands) => {
      const count = trips.get(address) ?? { trips: 0, commands: 0 };
      count.trips++;
      count.commands += commands;
      trips.set(address, count);
    },
    summarize: () => {
      for (const [address, count] of trips) {
        say(`${countOf(count.commands, 'command')} in ${countOf(count.trips, 'round trip')} to ${address}`);
      }
    },
  };
}
