/** tqdm's progress bars as they come out where the output is no terminal: ten cells wide, eighths of a cell. */
const CELLS = 10;
const SUFFIXES = ['', 'k', 'M', 'G', 'T'];
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** How far something is, and the seconds it took so far. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly elapsedS: number;
}

/** `Capturing CUDA graphs (decode, FULL):  18%|█▊        | 12/67 [00:01<00:05, 10.61it/s]` */
export const barText = (what: string, progress: Progress): string =>
  `${what}: ${percent(progress)}|${bar(progress)}| ${progress.done}/${progress.total} [${times(progress)}]`;

/** Weights have a format of their own (`_BAR_FORMAT`, vllm/model_executor/model_loader/weight_utils.py:837, 0.32.0). */
export const shardsText = (progress: Progress): string =>
  `Loading safetensors checkpoint shards: ${percent(progress)} Completed | ${progress.done}/${progress.total} [${times(progress)}]`;

/** A download of Hugging Face's hub: `model.safetensors:  45%|████▌     | 2.24G/4.98G [00:20<00:25, 108MB/s]` */
export function bytesText(what: string, progress: Progress): string {
  const { done, total, elapsedS } = progress;
  const rate = done === 0 ? '?' : scaled(done / Math.max(elapsedS, Number.EPSILON));
  const left = done === 0 ? '?' : clock((elapsedS / done) * (total - done));
  return `${what}: ${percent(progress)}|${bar(progress)}| ${scaled(done)}/${scaled(total)} [${clock(elapsedS)}<${left}, ${rate}B/s]`;
}

/** Three digits and a decimal suffix. */
function scaled(bytes: number): string {
  const power = Math.min(SUFFIXES.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  return `${(bytes / 1000 ** power).toPrecision(3)}${SUFFIXES[power] ?? ''}`;
}

const percent = ({ done, total }: Progress): string => `${Math.floor((done / total) * 100)}%`.padStart(4);

function bar({ done, total }: Progress): string {
  const eighths = Math.floor((done / total) * CELLS * EIGHTHS.length);
  const full = '█'.repeat(Math.floor(eighths / EIGHTHS.length));
  return `${full}${EIGHTHS[eighths % EIGHTHS.length] ?? ''}`.padEnd(CELLS);
}

function times({ done, total, elapsedS }: Progress): string {
  if (done === 0) return `${clock(elapsedS)}<?, ?it/s`;
  const secondsEach = elapsedS / done;
  const rate = secondsEach > 1 ? `${secondsEach.toFixed(2).padStart(5)}s/it` : perSecond(secondsEach);
  return `${clock(elapsedS)}<${clock(secondsEach * (total - done))}, ${rate}`;
}

const perSecond = (secondsEach: number): string =>
  `${(1 / Math.max(secondsEach, Number.EPSILON)).toFixed(2).padStart(5)}it/s`;

function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return [whole / 60, whole % 60].map((part) => String(Math.floor(part)).padStart(2, '0')).join(':');
}
