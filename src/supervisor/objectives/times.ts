import { METRICS, type Metric, type Sample } from './sample.ts';

/** Times of answers, apart by what they depend on: load and length of the prompt. Bounded; the eldest give way. */
export interface Times {
  readonly strata: Map<string, Stratum>;
}

interface Stratum {
  readonly values: number[];
  /** Where the next value goes once it is full. */
  next: number;
}

/** Values of one stratum. */
export const VALUES_MAX = 64;
/** Load is told apart by powers of two, up to this one and above. */
const LOAD_CLASS_MAX = 9;
/** Prompts by powers of four from 64 tokens on. */
const PROMPT_CLASS_MAX = 5;
const PROMPT_CLASS_0_TOKENS = 64;

export const createTimes = (): Times => ({ strata: new Map() });

/** Keeps what an answer told. */
export function addSample(times: Times, { load, promptTokens, times: told }: Sample): void {
  for (const metric of METRICS) {
    const value = told[metric];
    if (value !== undefined && Number.isFinite(value) && value >= 0) {
      const prompt = metric === 'first_token' ? promptClass(promptTokens) : 0; // the others hardly depend on it
      addValue(times, keyOf({ metric, load: loadClass(load), prompt }), value);
    }
  }
}

/** What the values of a stratum have in common. */
export interface Place {
  readonly metric: Metric;
  readonly load: number;
  readonly prompt: number;
}

export function keyOf({ metric, load, prompt }: Place): string {
  return `${metric} ${load} ${prompt}`;
}

/** `undefined` for a text that `keyOf` did not write. */
export function placeOf(key: string): Place | undefined {
  const [name, load, prompt] = key.split(' ');
  const metric = METRICS.find((it) => it === name);
  const place = { load: Number(load), prompt: Number(prompt) };
  if (metric === undefined || !isClass(place.load, LOAD_CLASS_MAX) || !isClass(place.prompt, PROMPT_CLASS_MAX))
    return undefined;
  return { metric, ...place };
}

/** Values of answers under this load or the next higher one of which there are enough: that is not slower by its load. */
export function valuesFrom({ strata }: Times, place: Place, countMin: number): readonly number[] | undefined {
  for (let { load } = place; load <= LOAD_CLASS_MAX; load += 1) {
    const values = strata.get(keyOf({ ...place, load }))?.values;
    if (values !== undefined && values.length >= countMin) return values;
  }
  return undefined;
}

function addValue({ strata }: Times, key: string, value: number): void {
  const stratum = strata.get(key);
  if (stratum === undefined) return void strata.set(key, { values: [value], next: 0 });
  if (stratum.values.length < VALUES_MAX) return void stratum.values.push(value);
  stratum.values[stratum.next] = value;
  stratum.next = (stratum.next + 1) % VALUES_MAX;
}

const isClass = (it: number, max: number): boolean => Number.isInteger(it) && it >= 0 && it <= max;

function loadClass(load: number): number {
  return Math.min(Math.ceil(Math.log2(Math.max(load, 1))), LOAD_CLASS_MAX);
}

function promptClass(tokens: number): number {
  const fours = Math.log2(Math.max(tokens, 1) / PROMPT_CLASS_0_TOKENS) / 2;
  return Math.min(Math.max(Math.ceil(fours), 0), PROMPT_CLASS_MAX);
}
