import { must, mustSoon, mustStay, type Scenario } from '../scenario.ts';
import { addressOf, keepAsking } from '../traffic.ts';

/** A configuration that changes under running engines. */
export const RELOADS: readonly Scenario[] = [
  {
    name: 'reload-of-a-broken-file',
    does: 'The configuration file is replaced by something that cannot be read, and read again.',
    requires: 'The supervisor lives, and the engine keeps its process.',
    taughtBy: 'llama-swap#392, production-stack#680',
    needs: ['reload'],
    weight: 'light',
    async run(stage) {
      const engine = stage.engine('a');
      const running = await stage.open();
      const pid = engine.leader();
      const said = await running.reloadBroken();
      await mustStay('the engine was touched', 2000, () => running.isAlive() && engine.leader() === pid);
      must(said === 'refused', 'it did not say that the file is bad');
      must(await engine.serves(), 'the engine does not serve');
      return {};
    },
  },
  {
    name: 'reload-of-nothing',
    does: 'A reload of the very same configuration.',
    requires: 'No engine is touched.',
    taughtBy: 'llama-swap builds a new server at every reload (llama-swap.go)',
    needs: ['reload'],
    weight: 'light',
    async run(stage) {
      const engines = [stage.engine('a'), stage.engine('b')];
      const running = await stage.open();
      const before = engines.map((it) => it.leader());
      must((await running.reload(stage.house())) === 'taken', 'it was refused');
      await mustStay('an engine was touched', 2000, () => engines.every((it, index) => it.leader() === before[index]));
      return {};
    },
  },
  {
    name: 'reload-touches-what-changed',
    does: 'One flag of one of two engines changes, and the configuration is read again.',
    requires: 'That engine runs with the new flag; the other one keeps its process.',
    taughtBy: 'llama-swap#59; supervisord manual, update',
    needs: ['reload'],
    weight: 'light',
    async run(stage) {
      const changed = stage.engine('a');
      const other = stage.engine('b');
      const running = await stage.open();
      const before = { changed: changed.leader(), other: other.leader() };
      stage.setConfiguredFlag(changed, 'max-num-seqs', 7);
      const asking = keepAsking(addressOf(running, changed), 'a', { limitMs: 3000 });
      const startedMs = performance.now();
      try {
        must((await running.reload(stage.house())) === 'taken', 'it was refused');
        await mustSoon(
          'the changed engine was not restarted',
          20_000,
          async () => changed.leader() !== before.changed && (await changed.serves()),
        );
      } finally {
        await asking.stop();
      }
      const tookMs = performance.now() - startedMs;
      must(commandOf(changed.leader()).includes('--max-num-seqs 7'), 'it runs without the new flag');
      must(other.leader() === before.other, 'the other engine was restarted too');
      return { seconds: tookMs / 1000 };
    },
  },
];

function commandOf(pid: number | undefined): string {
  const { stdout } = Bun.spawnSync(['cat', `/proc/${pid}/cmdline`]);
  return stdout.toString().replaceAll('\0', ' ');
}
