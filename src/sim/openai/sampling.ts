import { bad, badParameter, badRequest, good, type Outcome } from './errors.ts';
import { isRecord, isYes, numberOf, textOf, type Fields } from './json.ts';

/** What chat and text completions ask for alike. */
export interface Sampling {
  readonly model: string | undefined;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly continuousUsage: boolean;
  readonly maxTokens: number | undefined;
  readonly minTokens: number;
  readonly choices: number;
  readonly stops: readonly string[];
  readonly ignoreEos: boolean;
  readonly seed: number;
  readonly requestId: string | undefined;
}

/** Choices of one request; more would be a way to fill the engine with one call. */
const CHOICES_MAX = 128;

/** Reads and checks the common fields. Unknown ones are ignored, as vLLM does. */
export function readSampling(fields: Fields): Outcome<Sampling> {
  const refused = outOfRange(fields);
  if (refused !== undefined) return refused;
  const stream = isYes(fields['stream']);
  const options = isRecord(fields['stream_options']) ? fields['stream_options'] : undefined;
  if (options !== undefined && !stream)
    return bad(badRequest('Stream options can only be defined when `stream=True`.', 'stream_options'));
  const includeUsage = isYes(options?.['include_usage']);
  return good({
    model: textOf(fields['model']),
    stream,
    includeUsage,
    continuousUsage: includeUsage && isYes(options?.['continuous_usage_stats']),
    maxTokens: numberOf(fields['max_completion_tokens']) ?? numberOf(fields['max_tokens']),
    minTokens: numberOf(fields['min_tokens']) ?? 0,
    choices: numberOf(fields['n']) ?? 1,
    stops: stopsOf(fields['stop']),
    ignoreEos: fields['ignore_eos'] === true,
    seed: numberOf(fields['seed']) ?? 0,
    requestId: textOf(fields['request_id']),
  });
}

function outOfRange(fields: Fields): { readonly ok: false; readonly error: ReturnType<typeof badRequest> } | undefined {
  const refuse = (param: string, message: string) => bad(badParameter(param, fields[param], message));
  for (const param of ['max_tokens', 'max_completion_tokens']) {
    const value = numberOf(fields[param]);
    if (value !== undefined && value < 1) return refuse('max_tokens', `max_tokens must be at least 1, got ${value}.`);
  }
  const temperature = numberOf(fields['temperature']) ?? 1;
  if (temperature < 0 || temperature > 2)
    return refuse('temperature', `temperature must be in [0, 2], got ${temperature}.`);
  const topP = numberOf(fields['top_p']) ?? 1;
  if (topP <= 0 || topP > 1) return refuse('top_p', `top_p must be in (0, 1], got ${topP}.`);
  const choices = numberOf(fields['n']) ?? 1;
  if (!Number.isInteger(choices) || choices < 1 || choices > CHOICES_MAX)
    return refuse('n', `n must be between 1 and ${CHOICES_MAX}, got ${choices}.`);
  return undefined;
}

function stopsOf(value: unknown): readonly string[] {
  const stops: readonly unknown[] = Array.isArray(value) ? value : [value];
  return stops.filter((stop): stop is string => typeof stop === 'string' && stop !== '');
}
