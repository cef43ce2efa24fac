import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { RedisTarget } from '../redis/types.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf } from '../units/number.ts';

/**
 * Refuses to listen to a protected server unasked.
 * @param durationFlag the flag that says for how long: `--sample`
 * @throws CachectlError (exit 7)
 */
export function requireCaptureConsent(target: RedisTarget, yes: boolean, durationFlag: string): void {
  if (!target.protected || yes) return;
  throw new CachectlError(
    `${target.name} is protected, and a capture makes it write every command twice for its time`,
    {
      code: 'unconfirmed',
      exitCode: ExitCode.unconfirmed,
      hint: `add --yes if that is fine now; a shorter ${durationFlag} and --max-events bound the cost`,
    },
  );
}

/** What a capture is about to do, in one line. */
export function announceCapture(
  target: RedisTarget,
  capture: { readonly durationMs: number; readonly maxEvents: number; readonly misses: boolean },
  primaries: number,
): string {
  const servers =
    primaries === 1 ? target.location : `${countOf(primaries, 'primary', 'primaries')} of ${target.location}`;
  const settings = capture.misses ? '; notify-keyspace-events is set for that time where it has to be' : '';
  return (
    `listening to ${servers} with MONITOR for ${formatDurationMs(capture.durationMs)} ` +
    `or ${countOf(capture.maxEvents, 'command')}, which slows down busy servers${settings}`
  );
}
