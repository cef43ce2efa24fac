/**
 * A moment as a person says it, in the machine's own time zone: the time of day, with the date in front
 * where it is not today.
 * @param atMs milliseconds since the epoch
 * @param nowMs the same, for what "today" is
 */
export function formatMoment(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const now = new Date(nowMs);
  const two = (number: number): string => String(number).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  if (at.toDateString() === now.toDateString()) return time;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}
