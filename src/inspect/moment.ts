/** Date and time in the machine's own time zone. @param atMs milliseconds since the epoch */
export function formatDateTime(atMs: number): string {
  const at = new Date(atMs);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${timeOf(at)}`;
}

/**
 * A moment as a person says it, in the machine's own time zone: the time of day, with the date in front
 * where it is not today.
 * @param atMs milliseconds since the epoch
 * @param nowMs the same, for what "today" is
 */
export function formatMoment(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const now = new Date(nowMs);
  return at.toDateString() === now.toDateString() ? timeOf(at) : formatDateTime(atMs);
}

function timeOf(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
