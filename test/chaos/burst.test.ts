import { afterAll, expect, test } from 'bun:test';
import { startNode, type TestNode } from '../support/node.ts';
import { until } from '../support/wait.ts';
import { CONFIG } from './burst/config.ts';
import { burst, quietTraffic } from './burst/load.ts';
import type { Account } from './burst/request.ts';
import { readSettings } from './burst/settings.ts';
import { rssMb, watch } from './burst/watch.ts';

const settings = readSettings(process.env);
/** Before the burst, so that the quiet ones are at work when it comes. */
const LEAD_MS = 3000;
/** Start, the two runs, and the end of the line. */
const LIMIT_MS = 60_000 + 6 * settings.lengthMs;
/** A heap is not given back to the last page. */
const RSS_LEFT_MB = 150;

let node: TestNode | undefined;
afterAll(() => node?.[Symbol.asyncDispose](), 60_000);

test(
  `one tenant sends ${settings.requests} requests at once beside 49 quiet ones (SSW_BURST_REQUESTS=8000 for the large one)`,
  async () => {
    node = await startNode(CONFIG);
    await node.allReady();
    const url = new URL(await node.url());
    await quietTraffic(url, settings.seed + 1, LEAD_MS); // what it learns of lengths it would know in the field

    const alone = await quietTraffic(url, settings.seed, settings.lengthMs);
    const rssBeforeMb = rssMb(node.pid);
    const watched = watch(node);
    const quiet = quietTraffic(url, settings.seed, settings.lengthMs);
    await Bun.sleep(LEAD_MS);
    const noisy = await burst(url, settings.seed + 2, settings.requests);
    const beside = await quiet;
    await watched.stop();

    const figures = {
      alone: summary(alone),
      beside: summary(beside),
      noisy: summary(noisy),
      fill: mean(watched.fills),
      depth_max: Math.max(...watched.depths),
      rss_mb: { before: rssBeforeMb, most: watched.rssMaxMb(), after: rssMb(node.pid) },
    };
    process.stdout.write(`${JSON.stringify(figures)}\n`);

    expect([...alone, ...beside, ...noisy].filter((it) => it.ending.is === 'lost')).toEqual([]);
    expect(figures.beside.first_token_ms.p95).toBeLessThan(settings.slowerMax * figures.alone.first_token_ms.p95);
    expect(figures.fill).toBeGreaterThan(settings.fillMin);
    const { pid } = node;
    await until('memory is given back', () => rssMb(pid) < rssBeforeMb + RSS_LEFT_MB);
  },
  LIMIT_MS,
);

function summary(accounts: readonly Account[]) {
  const endings = Object.groupBy(accounts, ({ ending }) => ending.is);
  const counts = Object.fromEntries(Object.entries(endings).map(([is, those]) => [is, those.length]));
  const sorted = accounts.flatMap(({ firstTokenMs }) => firstTokenMs ?? []).toSorted((one, other) => one - other);
  const at = (percentile: number) => Math.round(sorted[Math.floor((sorted.length * percentile) / 100)] ?? Number.NaN);
  return { ...counts, first_token_ms: { p50: at(50), p95: at(95), p99: at(99) } };
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, it) => sum + it, 0) / numbers.length;
