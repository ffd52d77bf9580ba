/**
 * Asks for `/health` on a fresh connection every few milliseconds, and reads the memory of the process that answers, and how
 * long it waited for a core: `watch-child.ts PORT PID`. A process of its own, so that what the test does is not in the
 * times. Tells what it saw, as JSON, when its standard input ends.
 */
import { readFileSync } from 'node:fs';
import { percentile } from '../../bench/overhead/load/samples.ts';
import { readResidentBytes } from '../../bench/overhead/proc.ts';

const EVERY_MS = 15;
const [, , port, pid] = process.argv;
const timesMs: number[] = [];
let [failed, peakBytes, watching] = [0, 0, true];

async function askOnce(): Promise<void> {
  const startedMs = performance.now();
  const answer = fetch(`http://127.0.0.1:${port}/health`, { headers: { connection: 'close' }, keepalive: false });
  const ok = await answer.then(
    (it) => it.text().then((text) => it.status === 200 && text === '{"status":"ok"}'),
    () => false,
  );
  timesMs.push(performance.now() - startedMs);
  if (!ok) failed += 1;
}

/** proc(5), `schedstat`: ns that the thread of the event loop ran, and that it waited for a core while it could have run. */
function readSchedule(): readonly [ranNs: number, waitedNs: number] {
  const [ran, waited] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ');
  return [Number(ran), Number(waited)];
}

const [ranBefore, waitedBefore] = readSchedule();
const loadBefore = readFileSync('/proc/loadavg', 'utf8').split(' ')[0];
void Bun.stdin.text().then(() => (watching = false));
process.stdout.write('watching\n');
while (watching) {
  await askOnce();
  peakBytes = Math.max(peakBytes, readResidentBytes(Number(pid)));
  await Bun.sleep(EVERY_MS);
}
const [ran, waited] = readSchedule();
const slowdown = Math.round((1 + (waited - waitedBefore) / (ran - ranBefore)) * 100) / 100;
const sorted = timesMs.toSorted((a, b) => a - b);
const at = (fraction: number) => Math.round(percentile(sorted, fraction) * 10) / 10;
const health = { asked: sorted.length, failed, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
process.stdout.write(`${JSON.stringify({ ...health, slowdown, peakBytes, loadBefore })}\n`);
