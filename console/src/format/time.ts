// One format of exact times, and one of ages. Times are UTC, as the API and the logs have them.

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?Z$/;

/** "30 Nov 2026, 19:50:27.204 UTC"; text that is no time stays as it is. */
export function exactTime(at: string): string {
  const found = parts.exec(at);
  if (!found) return at;
  return `${dayOf(at)}, ${clockOf(at)} UTC`;
}

/** "30 Nov 2026". Takes dates and times. */
export function dayOf(at: string): string {
  const [year, month, day] = at.slice(0, 10).split('-');
  return `${Number(day)} ${months[Number(month) - 1] ?? month} ${year}`;
}

/** "19:50:27.204", without the thousandths when they are zero. */
export function clockOf(at: string): string {
  const found = parts.exec(at);
  if (!found) return at;
  const fraction = found[7] && Number(found[7]) !== 0 ? `.${found[7]}` : '';
  return `${found[4]}:${found[5]}:${found[6]}${fraction}`;
}

const steps: readonly [seconds: number, word: string][] = [[86_400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];

/** "3 min ago", "in 2 h", "now"; beyond 14 days the day itself. */
export function age(at: string, now: number): string {
  const then = Date.parse(at);
  if (Number.isNaN(then)) return at;
  const seconds = Math.round((now - then) / 1000);
  const distance = Math.abs(seconds);
  if (distance < 5) return 'now';
  if (distance > 14 * 86_400) return dayOf(at);
  const text = span(distance);
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

/** A number of seconds in its largest unit: "3 min". */
export function span(seconds: number): string {
  for (const [size, word] of steps) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${word}`;
  }
  return '0 s';
}

/** Microseconds as they are best read: "640 µs", "4.2 ms", "1.31 s". */
export function latency(microseconds: number): string {
  if (microseconds < 1000) return `${microseconds} µs`;
  if (microseconds < 1_000_000) return `${short(microseconds / 1000)} ms`;
  if (microseconds < 120_000_000) return `${short(microseconds / 1_000_000)} s`;
  return span(microseconds / 1_000_000);
}

function short(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}
