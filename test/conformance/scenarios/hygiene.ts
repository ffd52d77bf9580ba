import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../engine.ts';
import { must, mustSoon, mustStay, Unmet, type Scenario } from '../scenario.ts';

const MIB = 1024 * 1024;
const FLOOD_LINES = 300_000;
const SUPERVISOR_RSS_MAX_MIB = 300;

/** What passes between a supervisor and its children: output, environment, descriptors, words. */
export const HYGIENE: readonly Scenario[] = [
  {
    name: 'log-flood',
    does: `The engine writes ${FLOOD_LINES.toLocaleString('en')} lines to its output as fast as it can, then starts.`,
    requires: `It is read to the end within 30 seconds, the engine serves, and the supervisor stays below ${SUPERVISOR_RSS_MAX_MIB} MiB.`,
    taughtBy: 'pipe(7): a full pipe stops its writer',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      engine.setBefore(
        `yes 'INFO 11-21 00:16:27 [loggers.py:1] a line as long as the engine likes to write them, again and again' | head -n ${FLOOD_LINES}\n: >"$engine/flooded"\n`,
      );
      const running = await stage.start();
      const flooded = Bun.file(join(stage.directory, 'engines', String(engine.port), 'flooded'));
      const tookMs = await mustSoon('the flood is stuck', 30_000, () => flooded.exists());
      await mustSoon('the engine does not serve', 15_000, () => engine.serves());
      const rssMib = residentMib(running.pid);
      must(rssMib < SUPERVISOR_RSS_MAX_MIB, `the supervisor takes ${rssMib} MiB`);
      return { note: `read in ${(tookMs / 1000).toFixed(1)} s, supervisor at ${rssMib} MiB` };
    },
  },
  {
    name: 'closed-output',
    does: 'The engine closes its stdout and stderr and goes on.',
    requires: 'It is not restarted, and the supervisor does not spin.',
    taughtBy: 'poll(2) POLLHUP; an end of output is no end of process',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      engine.setBefore('exec >/dev/null 2>&1\n');
      const running = await stage.open();
      const pid = engine.leader();
      const cpuBefore = cpuSeconds(running.pid);
      await mustStay('it was restarted', 4000, () => engine.leader() === pid);
      const spentS = cpuSeconds(running.pid) - cpuBefore;
      must(spentS < 2, `the supervisor took ${spentS.toFixed(1)} s of CPU in four`);
      return {};
    },
  },
  {
    name: 'secrets-stay-behind',
    does: 'The supervisor runs with OPENAI_API_KEY and AWS_SECRET_ACCESS_KEY in its environment.',
    requires: 'The engine does not have them.',
    taughtBy: 'environ(7); an engine runs code of a model’s repository (vLLM --trust-remote-code)',
    needs: [],
    weight: 'light',
    async run(stage) {
      stage.setEnv({ OPENAI_API_KEY: 'sk-conformance', AWS_SECRET_ACCESS_KEY: 'conformance' });
      const engine = stage.engine('a');
      await stage.open();
      const names = environmentOf(engine).filter((it) => it === 'OPENAI_API_KEY' || it === 'AWS_SECRET_ACCESS_KEY');
      must(names.length === 0, `the engine has ${names.join(' and ')}`);
      return {};
    },
  },
  {
    name: 'systemd-stays-behind',
    does: 'The supervisor runs with NOTIFY_SOCKET, WATCHDOG_USEC and LISTEN_FDS of its service manager.',
    requires: 'The engine does not have them: it would speak to systemd in the supervisor’s name.',
    taughtBy: 'sd_notify(3), sd_listen_fds(3)',
    needs: [],
    weight: 'light',
    async run(stage) {
      stage.setEnv({
        NOTIFY_SOCKET: `${stage.directory}/notify`,
        WATCHDOG_USEC: '60000000',
        LISTEN_FDS: '1',
        LISTEN_PID: '1',
      });
      const engine = stage.engine('a');
      await stage.open();
      const names = environmentOf(engine).filter((it) => /^(NOTIFY_SOCKET|WATCHDOG_|LISTEN_)/.test(it));
      must(names.length === 0, `the engine has ${names.join(', ')}`);
      return {};
    },
  },
  {
    name: 'descriptors-stay-behind',
    does: 'The engine waits before it opens anything, and its open descriptors are looked at.',
    requires: 'stdin, stdout and stderr, and nothing of the supervisor’s: no listening socket, no log file.',
    taughtBy: 'open(2) O_CLOEXEC; a port that an orphan keeps open',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      engine.setBefore('while [ ! -e "$engine/looked" ]; do sleep 0.1; done\n');
      await stage.start();
      await mustSoon('it never started', 10_000, () => engine.starts().length > 0);
      const folder = `/proc/${engine.starts()[0]?.pid}/fd`;
      // The shell holds its own scripts, which are files of the stage.
      const more = readdirSync(folder)
        .filter((it) => Number(it) > 2)
        .map((it) => `${it} → ${readlinkSync(join(folder, it))}`)
        .filter((it) => !/bin\/engine|before\.sh/.test(it));
      must(more.length === 0, `it inherited ${more.join(', ')}`);
      await Bun.write(join(stage.directory, 'engines', String(engine.port), 'looked'), '');
      await mustSoon('it did not come up', 15_000, () => engine.serves());
      return {};
    },
  },
  {
    name: 'cause-is-told',
    does: 'The engine dies of CUDA out of memory: exit code 1, the reason in its log.',
    requires: 'What the supervisor tells of the engine names memory, not only a code.',
    taughtBy: 'gpustack#3859 (“nothing in log files”); vllm#19824',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      await engine.fault('out_of_memory');
      let told = '';
      await mustSoon('status says no more than that it ended', 5000, async () => {
        told = (await running.tell(engine)).text;
        return /memory/i.test(told);
      }).catch((cause: unknown) => {
        throw new Unmet(`status says only: ${told}`, { cause });
      });
      return {};
    },
  },
  {
    name: 'status-is-honest',
    does: 'The engine takes four seconds to start.',
    requires: 'It is not called ready before it answers.',
    taughtBy: 'llamactl says running at fork (process.go); supervisord says RUNNING after startsecs',
    needs: [],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a', { flags: '--sim-start-s 4' });
      const running = await stage.start();
      await mustSoon('it never served', 20_000, async () => {
        const { state, text } = await running.tell(engine);
        const serves = await engine.serves();
        must(state !== 'ready' || serves, `status said ${text} before it answered`);
        return serves;
      });
      return {};
    },
  },
  {
    name: 'sixty-four-engines',
    does: 'Sixty-four engines, each alone on its card.',
    requires: 'All serve within three minutes; after SIGTERM to the supervisor nothing is left.',
    taughtBy: 'vllm#28498, verl#6677 (races of many starts)',
    needs: [],
    weight: 'heavy',
    async run(stage) {
      const engines = Array.from({ length: 64 }, (_, index) => stage.engine(`e${index}`, { gpu: index }));
      const running = await stage.start();
      const waiting = new Set<Engine>(engines);
      const tookMs = await mustSoon('not all serve', 180_000, async () => {
        for (const engine of waiting) if (await engine.serves()) waiting.delete(engine);
        return waiting.size === 0;
      });
      process.kill(running.pid, 'SIGTERM');
      await mustSoon(
        'something is left',
        60_000,
        () => !running.isAlive() && engines.every((it) => it.processes().length === 0),
      );
      return { seconds: tookMs / 1000 };
    },
  },
];

function environmentOf(engine: Engine): string[] {
  const text = readFileSync(`/proc/${engine.leader()}/environ`, 'utf8');
  return text.split('\0').flatMap((it) => it.split('=')[0] ?? []);
}

/** Resident memory of one process (proc_pid_status(5)). */
function residentMib(pid: number): number {
  const own = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round((Number(own) * 1024) / MIB);
}

/** User and system time so far (proc_pid_stat(5), fields 14 and 15, in hundredths of a second). */
function cpuSeconds(pid: number): number {
  const after = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '';
  const fields = after.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
