import { comesBack, signal } from '../recovery.ts';
import { must, mustSoon, mustStay, type Scenario } from '../scenario.ts';
import { addressOf, ask } from '../traffic.ts';

/** More than stop grace and drain together; llamactl’s grace is 30 s and cannot be changed. */
const STOP_LIMIT_MS = 45_000;

/** What an operator asks of one engine. */
export const STOPS: readonly Scenario[] = [
  {
    name: 'restart-by-command',
    does: 'An operator restarts a ready engine.',
    requires: 'A new process serves, and nothing of the old one is left.',
    taughtBy: 'contract of every supervisor',
    needs: ['restart'],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      const found = await comesBack(engine, () => running.restart(engine));
      await mustSoon('something of the old one is left', 3000, () => engine.processes().length === 2);
      return found;
    },
  },
  {
    name: 'rapid-restarts',
    does: 'Ten restart commands at once.',
    requires: 'One engine serves in the end, and never did two run at a time.',
    taughtBy: 'llama-swap#946',
    needs: ['restart'],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a', { flags: '--sim-start-s 0.2' });
      // A start that finds a core of this engine alive says so.
      engine.setBefore(
        'if grep -q "^VLLM::EngineCor" /proc/[0-9]*/comm 2>/dev/null; then\n  for p in $(grep -l "^VLLM::EngineCor" /proc/[0-9]*/comm 2>/dev/null); do\n    if tr "\\0" "\\n" <"${p%comm}environ" 2>/dev/null | grep -qx "SSW_CONFORMANCE_ENGINE=$engine/"; then echo two >>"$engine/doubles"; fi\n  done\nfi\n',
      );
      const running = await stage.open();
      await Promise.all(Array.from({ length: 10 }, () => running.restart(engine).catch(() => undefined)));
      const tookMs = await mustSoon('it does not serve', 15_000, () => engine.serves());
      await mustSoon('more than one leader and one core run', 5000, () => engine.processes().length === 2);
      const doubles = await Bun.file(`${stage.directory}/engines/${engine.port}/doubles`).exists();
      must(!doubles, 'one started while the core of another still ran');
      return { seconds: tookMs / 1000, note: `${engine.starts().length - 1} restarts` };
    },
  },
  {
    name: 'stop-stays-stopped',
    does: 'An operator stops an engine.',
    requires: 'It ends, nothing of it is left, and it is not started again by itself.',
    taughtBy: 'supervisord manual, stop; contract of every supervisor',
    needs: ['stop'],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      await running.stop(engine);
      await mustSoon('something of it is left', STOP_LIMIT_MS, () => engine.processes().length === 0);
      const { length } = engine.starts();
      await mustStay('it was started again', 3000, () => engine.starts().length === length);
      return {};
    },
  },
  {
    name: 'stop-during-start',
    does: 'An operator restarts an engine that is loading: vLLM swallows the first SIGTERM then and never comes up.',
    requires: 'The stuck process is ended within the grace, nothing of it is left, and a new one serves.',
    taughtBy: 'vllm/utils/network_utils.py zmq_socket_ctx catches KeyboardInterrupt (measured: no exit in 60 s)',
    needs: ['restart'],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a', { flags: '--sim-start-s 6' });
      const running = await stage.start();
      await mustSoon('it never started', 10_000, () => engine.core() !== undefined);
      await Bun.sleep(1500); // into the load, past the imports
      engine.setFlags('--sim-start-s 0.4');
      const first = engine.starts().at(-1)?.pid;
      const found = await comesBack(engine, () => void running.restart(engine).catch(() => undefined), STOP_LIMIT_MS);
      must(!engine.processes().some(({ pid }) => pid === first), 'the first one is still there');
      await mustSoon('something of the first one is left', 3000, () => engine.processes().length === 2);
      return found;
    },
  },
  {
    name: 'ignores-term',
    does: 'An operator restarts an engine whose API server does not react to SIGTERM (SIGSTOP).',
    requires: 'It is killed with everything it started, and a new one serves.',
    taughtBy: 'vllm measured: a server that waits for its clients for ever; llama-swap#100, llama-swap#138',
    needs: ['restart'],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      signal(engine.leader(), 'SIGSTOP');
      const found = await comesBack(engine, () => void running.restart(engine).catch(() => undefined), STOP_LIMIT_MS);
      await mustSoon('something of the old one is left', 3000, () => engine.processes().length === 2);
      return found;
    },
  },
  {
    name: 'restart-lets-requests-finish',
    does: 'An operator restarts an engine that is three seconds from the end of a stream.',
    requires: 'The stream is whole.',
    taughtBy: 'vllm#24885, vllm#36666 (--shutdown-timeout defaults to 0: requests are aborted with 200)',
    needs: ['restart'],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      const asked = ask(addressOf(running, engine), 'a', { tokens: 160, stream: true, limitMs: 30_000 });
      await Bun.sleep(1000); // a quarter of the way
      const restarted = running.restart(engine).catch(() => undefined);
      const answer = await asked;
      await restarted;
      must(answer.ended === 'complete', `the stream ended ${answer.ended}`);
      return {};
    },
  },
  {
    name: 'daemon-left-behind',
    does: 'The engine starts a helper of its own session (setsid) before it serves; an operator restarts it.',
    requires: 'The helper of the old engine is gone.',
    taughtBy: 'setsid(2); torch’s and Ray’s helpers (vllm#19849)',
    needs: ['restart'],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      engine.setBefore(
        '[ -e "$engine/once" ] || { : >"$engine/once"; setsid sleep 3600 </dev/null >/dev/null 2>&1 & }\n',
      );
      const running = await stage.open();
      await comesBack(engine, () => running.restart(engine));
      await mustSoon('the helper is left', 5000, () => engine.processes().length === 2);
      return {};
    },
  },
];
