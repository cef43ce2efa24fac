import type { Host } from '../host.ts';

/** Whether CACHECTL_ENABLED says that nothing may be written. */
export function isSwitchedOff(env: Host['env']): boolean {
  return /^(false|0|no|off)$/i.test(env['CACHECTL_ENABLED'] ?? '');
}
