import type { EngineMetrics } from '../engine/index.ts';
import { limits } from './plan.fixture.ts';
import type { Question } from './question.ts';
import type { Sample } from './sample.ts';
import { begin, nextQuestion, overhear, step, type Answer, type Watch, type WatchReport } from './state.ts';
import type { Passive } from './verdict.ts';

export const capacity = { kvTokens: 60_000, sequencesMax: 256 };

/** What a scrape at `atMs` says of an engine that has made so many steps. */
export function steps(count: number | undefined, atMs: number): NonNullable<Sample['scrape']> {
  const metrics: EngineMetrics = {
    iterations: count,
    generatedTokens: undefined,
    running: 0,
    waiting: 0,
    preemptions: undefined,
    kvUsage: undefined,
    kvTokens: undefined,
  };
  return { askedAtMs: atMs, atMs, metrics };
}

/** A look that found an idle engine well, at once, but for what is said otherwise. */
export function look(sample: Partial<Sample> & { readonly atMs: number }): Answer {
  const well = { health: 'ok', inFlight: 0, scrape: undefined, token: undefined } as const;
  return { to: 'look', sample: { ...well, askedAtMs: sample.atMs, ...sample } };
}

/** A watch at `atMs`, with what it reported on the way. */
export interface Story {
  readonly watch: Watch;
  readonly atMs: number;
  readonly reports: readonly WatchReport[];
}

const atOf = (answer: Answer): number => (answer.to === 'look' ? answer.sample.atMs : answer.atMs);

/** Feeds answers one after the other. */
export function follow(from: Story, ...answers: readonly Answer[]): Story {
  return answers.reduce((story: Story, answer) => {
    const { watch, report } = step(story.watch, answer, limits);
    return { watch, atMs: atOf(answer), reports: report === undefined ? story.reports : [...story.reports, report] };
  }, from);
}

/** Lets it hear what real requests met, at `atMs`. */
export function hearing(from: Story, atMs: number, ...passives: readonly Passive[]): Story {
  const watch = passives.reduce((heard: Watch, passive) => overhear(heard, passive, atMs), from.watch);
  return { ...from, watch, atMs };
}

/** What is asked next, in ms from the story's end. */
export const asks = ({ watch, atMs }: Story): Question => nextQuestion(watch, atMs, limits);

/** At 0, with no report so far. */
export const started: Story = { watch: begin, atMs: 0, reports: [] };

/** Proven at 0; what it reported until then is left out. */
export const proven: Story = {
  ...follow(started, { to: 'start', atMs: 0, health: 'ok' }, { to: 'warm_up', atMs: 0, capacity }),
  reports: [],
};
