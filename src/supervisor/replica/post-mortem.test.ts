import { expect, test } from 'bun:test';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { classifyExit } from '../../engine/index.ts';
import { rememberAddresses } from '../card/address.ts';
import type { CardReading } from '../card/reading.ts';
import { planOf } from '../plan.fixture.ts';
import { createWorld } from '../world.fixture.ts';
import { createPostMortem, type PostMortem } from './post-mortem.ts';
import type { Remains } from './remains.ts';
import type { In, Next } from './stage.ts';

const OFF_THE_BUS = 'NVRM: Xid (PCI:0000:44:00): 79, GPU has fallen off the bus.';
const free = (pciBusId?: string): CardReading => ({ is: 'read', totalMiB: 100, freeMiB: 90, pciBusId, processes: [] });

function remainsWith(...kernelLines: readonly string[]): Remains {
  return { exit: { code: 1, signal: null }, logTail: [], pids: [501, 502], oomKills: 0, kernelLines };
}

function crashed(next: Next = 'backoff'): In<'cleaning'> {
  return { in: 'cleaning', ending: 'unasked', next, from: 'ready', why: undefined };
}

/** Of a replica on card 0, whose looks at it answer in this order; the last answer stays. */
function setUp(...looks: readonly Promise<CardReading>[]) {
  const { effects } = createWorld(createFakeClock(), () => 0);
  let looked = 0;
  const cards = rememberAddresses({
    read() {
      looked += 1;
      return looks[looked - 1] ?? looks.at(-1) ?? Promise.reject(new Error('no look was expected'));
    },
  });
  const postMortem: PostMortem = createPostMortem(planOf('heavy-0', 0), { ...effects, classifyExit }, cards);
  return { postMortem, cards, looked: () => looked };
}

const causeOf = async (postMortem: PostMortem, remains: Remains, stage = crashed()) =>
  (await postMortem.explain(remains, stage)).exit.cause;

test('a card that answers is not the one that fell off the bus', async () => {
  expect(await causeOf(setUp(Promise.resolve(free())).postMortem, remainsWith(OFF_THE_BUS))).toBe('unknown');
  const lost = Promise.resolve<CardReading>({ is: 'lost', because: 'gone' });
  expect(await causeOf(setUp(lost).postMortem, remainsWith(OFF_THE_BUS))).toBe('card_lost');
});

test('a fault of another card, or of another process, is not blamed', async () => {
  const fault = (pci: string, pid: number): string => `NVRM: Xid (PCI:${pci}): 31, pid=${pid}, name=python, MMU Fault`;
  const { postMortem } = setUp(Promise.resolve(free('00000000:1A:00.0')));
  expect(await causeOf(postMortem, remainsWith(fault('0000:1a:00', 502)))).toBe('cuda_fault');
  expect(await causeOf(postMortem, remainsWith(fault('0000:1a:00', 4242)))).toBe('unknown');
  expect(await causeOf(postMortem, remainsWith('NVRM: Xid (PCI:0000:44:00): 48, DBE'))).toBe('unknown');
});

test('where its card is is remembered from an earlier look: one that is gone does not tell', async () => {
  const gone = Promise.resolve<CardReading>({ is: 'unreadable', because: 'no answer' });
  const { postMortem, cards } = setUp(Promise.resolve(free('00000000:44:00.0')), gone);
  await cards.read(0);
  expect(await causeOf(postMortem, remainsWith(OFF_THE_BUS))).toBe('card_lost');
});

test('a look that hangs is given up when somebody waits, and the ending is what is known', async () => {
  const { postMortem, looked } = setUp(new Promise(() => {}));
  const finding = causeOf(postMortem, remainsWith());
  postMortem.giveUpLook();
  expect(await finding).toBe('unknown');
  expect(looked()).toBe(1);
});

test('nobody looks where somebody waits already', async () => {
  for (const next of ['down', 'again'] as const) {
    const { postMortem, looked } = setUp(new Promise(() => {}));
    expect(await causeOf(postMortem, remainsWith(), crashed(next))).toBe('unknown');
    expect(looked()).toBe(0);
  }
});
