import { METRICS, type Metric, type Sample } from './sample.ts';
import { chanceOfAtLeast, ratioOf, surenessOfLarger, type Pair } from './statistics.ts';
import { addSample, createTimes, placeOf, valuesFrom, type Times } from './times.ts';

/** What a replica that was moved has to hold. */
export interface Objectives {
  /** First tokens and paces as a multiple of those before, at equal load. */
  readonly maxSlowdown: number;
  /** Part of the answers that its engine may fail. */
  readonly maxErrorRatio: number;
  /** Time to first token of 95 in 100 streams, whatever was before. */
  readonly ttftP95Ms: number | undefined;
  /** With fewer answers than these nothing is compared. */
  readonly samplesMin: number;
}

/** What a replica was seen to do since it is watched. */
export interface Watched {
  readonly times: Times;
  answers: number;
  failures: number;
  streams: number;
  /** Streams whose first token came later than `ttftP95Ms`. */
  late: number;
}

/** `undecided`: too little is known to compare, and nothing speaks against it. */
export type Judgement =
  { readonly is: 'broken'; readonly because: string } | { readonly is: 'kept' | 'undecided'; readonly because: string };

/** Values of a kind before, below which that kind is not compared. */
const BEFORE_MIN = 10;
/** Standard scores above which it is no accident that it is too slow: 1 in 740 at the limit itself. */
const SURE = 3;
/** A share that is exceeded by as much as this chance would do is exceeded. */
const ACCIDENT = 0.001;
const LATE_RATIO = 0.05;

export const createWatched = (): Watched => ({ times: createTimes(), answers: 0, failures: 0, streams: 0, late: 0 });

/** Takes in what another answer told. */
export function watch(watched: Watched, sample: Sample, { ttftP95Ms = Infinity }: Objectives): void {
  watched.answers += 1;
  if (sample.hasFailed) watched.failures += 1;
  const firstTokenMs = sample.times.first_token;
  if (firstTokenMs !== undefined) {
    watched.streams += 1;
    if (firstTokenMs > ttftP95Ms) watched.late += 1;
  }
  addSample(watched.times, sample);
}

/** Compares what a replica does with what its pool did before. May be asked at any time: what is broken is so beyond doubt. */
export function judge(watched: Watched, before: Times | undefined, objectives: Objectives): Judgement {
  const broken = failsTooMuch(watched, objectives) ?? answersTooLate(watched, objectives);
  if (broken !== undefined) return { is: 'broken', because: broken };
  const compared = METRICS.map((metric) => compare(metric, watched.times, before)).filter(({ count }) => count > 0);
  const countOf = (wanted: Metric): number => compared.find(({ metric }) => metric === wanted)?.count ?? 0;
  const comparable = Math.max(countOf('first_token'), countOf('pace')) + countOf('whole');
  if (comparable < objectives.samplesMin) return { is: 'undecided', because: tooFew(watched, objectives) };
  const slow = compared.find(({ pairs }) => surenessOfLarger(pairs, objectives.maxSlowdown) > SURE);
  if (slow === undefined) return { is: 'kept', because: compared.map(({ words }) => words).join('; ') };
  return { is: 'broken', because: `${slow.words}; ${objectives.maxSlowdown} times is allowed` };
}

/** One kind of time, now and before. */
function compare(metric: Metric, now: Times, before: Times | undefined) {
  const pairs = before === undefined ? [] : pairsOf(now, before, metric);
  const count = pairs.reduce((sum, it) => sum + it.now.length, 0);
  const words = `${WORDS[metric]} ${ratioOf(pairs).toFixed(2)} times as long as before at like load, in ${count} answers`;
  return { metric, pairs, count, words };
}

const WORDS: Readonly<Record<Metric, string>> = {
  first_token: 'first tokens take',
  pace: 'the tokens of streams take',
  whole: 'answers in one piece take',
};

function failsTooMuch({ answers, failures }: Watched, { maxErrorRatio }: Objectives): string | undefined {
  if (failures === 0 || failures / answers <= maxErrorRatio) return undefined;
  if (chanceOfAtLeast(failures, answers, maxErrorRatio) >= ACCIDENT) return undefined;
  return `its engine failed ${failures} of ${answers} answers; ${maxErrorRatio} of them are allowed`;
}

function answersTooLate({ streams, late }: Watched, { ttftP95Ms }: Objectives): string | undefined {
  if (ttftP95Ms === undefined || late / Math.max(streams, 1) <= LATE_RATIO) return undefined;
  if (chanceOfAtLeast(late, streams, LATE_RATIO) >= ACCIDENT) return undefined;
  return `${late} of ${streams} first tokens took longer than ${ttftP95Ms} ms; ${LATE_RATIO} of them may`;
}

/** Only what there is enough of on both sides, at equal load or where the load was higher before. */
function pairsOf({ strata }: Times, before: Times, metric: Metric): Pair[] {
  return [...strata].flatMap(([key, { values: now }]) => {
    const place = placeOf(key);
    if (place?.metric !== metric) return [];
    const values = valuesFrom(before, place, BEFORE_MIN);
    return values === undefined ? [] : [{ now, before: values }];
  });
}

function tooFew({ answers }: Watched, { samplesMin }: Objectives): string {
  return `of ${answers} answers fewer than ${samplesMin} were like ones before, so their times are not compared`;
}
