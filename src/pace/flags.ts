import type { FlagSpec } from '../cli/command.ts';

/** Generous: on by itself it only helps where the work really is in the way. */
export const DEFAULT_MAX_LATENCY_MS = 10;

/** What holds work on very many keys back. @param verb what is done with the keys, as in "remove" */
export function paceFlags(verb: string): readonly FlagSpec[] {
  return [
    { name: 'rate', value: 'N/s', summary: `the most keys to ${verb} a second` },
    {
      name: 'max-latency',
      value: 'DURATION',
      summary: 'go slower while small commands of other clients take longer than this (off: never)',
      fallback: `${DEFAULT_MAX_LATENCY_MS}ms`,
    },
  ];
}
