import { setStage } from './stage.ts';
import { Unmet, type Scenario, type Verdict } from './scenario.ts';
import type { Target } from './targets/target.ts';

/** Plays one scenario on one target, on a stage of its own, and clears it whatever happens. */
export async function play(scenario: Scenario, target: Target): Promise<Verdict> {
  const lacking = scenario.needs.find((need) => target.lacks[need] !== undefined);
  if (lacking !== undefined) return { is: 'not_applicable', because: target.lacks[lacking] ?? lacking };
  await using stage = setStage(target);
  try {
    const { seconds, ...found } = await scenario.run(stage);
    return { is: 'pass', ...found, ...(seconds === undefined ? {} : { seconds: Math.round(seconds * 10) / 10 }) };
  } catch (cause) {
    if (cause instanceof Unmet) return { is: 'fail', because: cause.message };
    return { is: 'broken', because: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) };
  }
}

/** Plays many, a few at a time: nearly all of their time is waiting. */
export async function playAll(
  scenarios: readonly Scenario[],
  target: Target,
  atOnce: number,
  played: (scenario: Scenario, verdict: Verdict) => void,
): Promise<void> {
  const line = [...scenarios];
  const worker = async () => {
    for (let next = line.shift(); next !== undefined; next = line.shift()) played(next, await play(next, target));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
