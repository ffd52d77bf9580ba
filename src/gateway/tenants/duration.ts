const MS_PER_S = 1000;
const S_PER_MIN = 60;
const S_PER_H = 3600;

/** A duration as OpenAI writes it, which is Go's `time.Duration.String()`: `12ms`, `1.5s`, `6m0s`, `1h0m0s`. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(Math.ceil(durationMs), 0);
  if (ms < MS_PER_S) return ms === 0 ? '0s' : `${ms}ms`;
  const seconds = Math.floor(ms / MS_PER_S);
  const hours = Math.floor(seconds / S_PER_H);
  const minutes = Math.floor((seconds % S_PER_H) / S_PER_MIN);
  const rest = `${(ms - (seconds - (seconds % S_PER_MIN)) * MS_PER_S) / MS_PER_S}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
