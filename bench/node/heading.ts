import type { Surroundings } from '../overhead/surroundings.ts';

/** When, with what, where and of which versions: the head of every report. */
export function formatHeading({ date, command, machine, versions }: Surroundings): string {
  const { cpu, cores, architecture, kernel, load_average } = machine;
  return [
    `${date} · ${command}`,
    `${cpu}, ${cores} cores, ${architecture}, Linux ${kernel}, load average before ${load_average.toFixed(2)}`,
    `ssw-infer ${versions['ssw-infer']} (commit ${versions.commit}), Bun ${versions.bun}, Redis ${versions.redis}`,
  ].join('\n');
}
