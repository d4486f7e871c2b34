/** How numbers are written everywhere: one notation, one locale, so that screenshots and tables agree. */

const LOCALE = 'en-US';
const MISSING = '–';

const grouped = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const metric = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 4, maximumFractionDigits: 4 });
const dateTime = new Intl.DateTimeFormat(LOCALE, {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** `12345` → `12,345`. */
export function formatCount(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? MISSING : grouped.format(value);
}

/** A ranking metric: four decimals. */
export function formatMetric(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? MISSING : metric.format(value);
}

/** `0.0703 ± 0.0004`. */
export function formatMeanSd(mean: number | null, sd: number | null): string {
  return sd === null ? formatMetric(mean) : `${formatMetric(mean)} ± ${formatMetric(sd)}`;
}

/** A difference of metrics, with its sign: `+0.0012 ± 0.0004`, `−0.0031`. */
export function formatSignedMeanSd(mean: number | null, sd: number | null): string {
  const sign = mean === null || Number(mean.toFixed(4)) === 0 ? '' : mean > 0 ? '+' : '−';
  return `${sign}${formatMeanSd(mean === null ? null : Math.abs(mean), sd)}`;
}

/** Any real number in `digits` significant digits, without a needless exponent: `0.00012`, `1.53`, `2,140`, `3.2e-9`. */
export function formatNumber(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined || Number.isNaN(value)) return MISSING;
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e12))
    return value
      .toExponential(digits - 1)
      .replace('-', '−')
      .replace('e+', 'e')
      .replace('e-', 'e−');
  return value
    .toLocaleString(LOCALE, {
      maximumSignificantDigits: Math.max(digits, size >= 1 ? Math.ceil(Math.log10(size + 1)) : 1),
    })
    .replace('-', '−');
}

/** A value read off a chart: below 1 with five decimals, so that several line up; otherwise in five digits. */
export function formatReading(value: number | null): string {
  return value !== null && Math.abs(value) >= 1e-3 && Math.abs(value) < 1 ? value.toFixed(5) : formatNumber(value, 5);
}

/** A share of one: `0.0412` → `4.12 %`; small shares keep significant digits. */
export function formatPercent(share: number | null | undefined, digits = 3): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return MISSING;
  return `${(share * 100).toLocaleString(LOCALE, { maximumSignificantDigits: digits })} %`;
}

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** Decimal units, as disks are sold and browsers report quotas: `133,169,152` → `133 MB`. */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) return MISSING;
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 ? 0 : value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toLocaleString(LOCALE, { maximumFractionDigits: digits })} ${BYTE_UNITS[unit] ?? 'B'}`;
}

/** A time in the unit that fits: `12.5 ms`, `1.83 s`, `4 min 07 s`, `2 h 05 min`. */
export function formatSeconds(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return MISSING;
  if (seconds === 0) return '0 s';
  if (seconds < 0.9995) return `${(seconds * 1000).toLocaleString(LOCALE, { maximumSignificantDigits: 3 })} ms`;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${grouped.format(Math.floor(minutes / 60))} h ${twoDigits(minutes % 60)} min`;
}

/** The standard deviation of times beside their mean, in no finer steps than the mean is written in: `± 0.2 ms`, `± < 1 ms`. */
export function formatSecondsSd(sd: number, mean: number): string {
  if (sd === 0) return formatSeconds(0);
  const step = stepOf(mean);
  if (sd < step / 2) return `< ${formatSeconds(step)}`;
  const rounded = Math.round(sd / step) * step;
  // In milliseconds and seconds the step says how many decimals there are.
  if (mean >= 59.95 || rounded >= 59.95) return formatSeconds(rounded);
  const [unit, scale] = mean < 0.9995 ? (['ms', 1000] as const) : (['s', 1] as const);
  return `${(rounded * scale).toFixed(Math.max(0, Math.round(-Math.log10(step * scale))))} ${unit}`;
}

/** The last place in which `formatSeconds` writes a time, in seconds. */
function stepOf(seconds: number): number {
  if (seconds < 0.9995) return 10 ** (Math.floor(Math.log10(Math.max(seconds, 1e-6))) - 2);
  if (seconds < 9.995) return 0.01;
  return seconds < 59.95 ? 0.1 : seconds < 3600 ? 1 : 60;
}

/** Time left, rounded to what an estimate can promise: `~40 s`, `~12 min`, `~2.5 h`. */
export function formatRemaining(seconds: number | null | undefined): string {
  const rounded = formatRounded(seconds);
  return rounded === MISSING ? MISSING : `~${rounded}`;
}

/** The same after words such as “about” and “at most”, which say that it is rounded. */
export function formatRounded(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return MISSING;
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90) return `${Math.round(seconds / 5) * 5} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toLocaleString(LOCALE, { maximumFractionDigits: 1 })} h`;
}

/** An ISO 8601 time as a person reads it, in their time zone. */
export function formatDateTime(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : dateTime.format(date);
}

/** The first characters of a fingerprint: enough to tell two apart by eye. */
export function formatFingerprint(fingerprint: string): string {
  return fingerprint.slice(0, 12);
}

/** `plural(1, 'row')` → `1 row`, `plural(4112, 'row')` → `4,112 rows`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** `0.012`, `3e-7`, `–`. */
export function formatP(p: number | null): string {
  if (p === null) return '–';
  return p < 0.001 ? p.toExponential(0) : p.toFixed(3);
}
