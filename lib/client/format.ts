/** How numbers are written: always with a unit, the same on server and client, so in one fixed locale. */
const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const TENTH = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export function formatCount(count: number): string {
  return WHOLE.format(count);
}

/** Small rates need their tenth. */
export function formatRate(perS: number): string {
  return perS < 10 ? TENTH.format(perS) : WHOLE.format(perS);
}

/** A duration for reading, as number and unit. */
export function durationParts(ms: number): { readonly value: string; readonly unit: 'ms' | 's' | 'min' | 'h' } {
  if (ms < 9999.5) return { value: WHOLE.format(ms), unit: 'ms' };
  if (ms < 99_950) return { value: TENTH.format(ms / 1000), unit: 's' };
  if (ms < 5_970_000) return { value: WHOLE.format(ms / 60_000), unit: 'min' };
  return { value: WHOLE.format(ms / 3_600_000), unit: 'h' };
}

export function formatMs(ms: number): string {
  const { value, unit } = durationParts(ms);
  return `${value} ${unit}`;
}

/** Amounts of data, in the units of 1,000 that networks are sold in. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${WHOLE.format(bytes)} B`;
  if (bytes < 999_950) return `${TENTH.format(bytes / 1000)} kB`;
  return bytes < 999_950_000 ? `${TENTH.format(bytes / 1e6)} MB` : `${TENTH.format(bytes / 1e9)} GB`;
}

/** Whole seconds, for what only has to be roughly right: ages and silences. */
export function formatSeconds(ms: number): string {
  const wholeS = Math.max(0, Math.floor(ms / 1000));
  if (wholeS < 120) return `${wholeS} s`;
  if (wholeS < 7200) return `${Math.floor(wholeS / 60)} min`;
  return wholeS < 172_800 ? `${Math.floor(wholeS / 3600)} h` : `${Math.floor(wholeS / 86_400)} d`;
}

/** An interval that was chosen: exact, in the unit that it was chosen in. */
export function formatInterval(ms: number): string {
  return ms < 1000 ? formatMs(ms) : formatSeconds(ms);
}

/** Time of day with ms, in the viewer's time zone. */
export function formatTimeOfDay(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const ms = String(at.getMilliseconds()).padStart(3, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${ms}`;
}

/** Day and time of day with ms, in the viewer's time zone. */
export function formatMoment(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${formatTimeOfDay(atMs)}`;
}

/** How long something was away: to the tenth of a second, since most are short. */
export function formatOutage(ms: number): string {
  if (ms < 999.5) return `${WHOLE.format(ms)} ms`;
  return ms < 99_950 ? `${TENTH.format(ms / 1000)} s` : formatSeconds(ms);
}
