import { describe, expect, test } from 'bun:test';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock.ts';
import { LOOK_EVERY_MS, provenFree, type CardProof, type CardWant } from './proven-free.ts';
import type { CardReading } from './reading.ts';

const WAIT_MS = 60_000;
const want: CardWant = { gpu: 0, replica: 'light-0', fraction: 0.5, formerPids: [10] };
const card = (freeMiB: number, ...pids: readonly number[]): CardReading => ({
  is: 'read',
  totalMiB: 46_000,
  freeMiB,
  processes: pids.map((pid) => ({ pid, name: 'python', usedMiB: 20_000 })),
});
const mute: CardReading = { is: 'unreadable', because: 'nvidia-smi: not found' };

interface Asking {
  readonly clock: FakeClock;
  /** What a look finds now. */
  show(reading: CardReading): void;
  /** How long a look takes from now on. */
  takeMs(ms: number): void;
  giveUp(): void;
  looks(): number;
  answer(): CardProof | undefined;
}

/** Asks for proof of a card that shows what it is told to. */
function ask(first: CardReading): Asking {
  const clock = createFakeClock();
  const giveUp = new AbortController();
  let [shown, lookMs, looks] = [first, 0, 0];
  let answer: CardProof | undefined;
  const cards = {
    async read() {
      looks += 1;
      if (lookMs > 0) await new Promise<void>((resolve) => void clock.after(lookMs, resolve));
      return shown;
    },
  };
  void provenFree(want, { cards, clock, cardWaitMs: WAIT_MS }, giveUp.signal).then((proof) => (answer = proof));
  return {
    clock,
    show: (reading) => void (shown = reading),
    takeMs: (ms) => void (lookMs = ms),
    giveUp: () => giveUp.abort(),
    looks: () => looks,
    answer: () => answer,
  };
}

describe('proof of a card’s memory', () => {
  test('takes one look and no time where the card is free', async () => {
    const asking = ask(card(30_000, 77));
    await asking.clock.advance(0);
    expect([asking.answer(), asking.looks()]).toEqual([{ is: 'free' }, 1]);
  });

  test('comes within a look’s distance of the memory', async () => {
    const asking = ask(card(10_000, 10));
    await asking.clock.advance(5 * LOOK_EVERY_MS + 1);
    expect([asking.answer(), asking.looks()]).toEqual([undefined, 6]);
    asking.show(card(30_000));
    await asking.clock.advance(LOOK_EVERY_MS);
    expect(asking.answer()).toEqual({ is: 'free' });
  });

  test('is looked for no faster than the tool answers, and without a pause where it is slow', async () => {
    const asking = ask(card(10_000));
    asking.takeMs(3 * LOOK_EVERY_MS);
    await asking.clock.advance(10 * LOOK_EVERY_MS);
    expect(asking.looks()).toBe(5); // the first took no time
  });

  test('is given up after the limit, with who holds the memory', async () => {
    const asking = ask(card(12_000, 77));
    await asking.clock.advance(WAIT_MS - LOOK_EVERY_MS);
    expect(asking.answer()).toBeUndefined();
    await asking.clock.advance(2 * LOOK_EVERY_MS);
    expect(asking.answer()).toEqual({
      is: 'occupied',
      advice: expect.stringContaining(
        'needs 22.5 GiB free on card 0 within 60 s, 11.7 GiB are; held by pid 77 (python',
      ),
    });
    expect(asking.clock.nextInMs()).toBeUndefined();
  });

  test('is not had of a card that cannot be read, and that costs two looks', async () => {
    const asking = ask(mute);
    await asking.clock.advance(LOOK_EVERY_MS);
    expect([asking.answer(), asking.looks()]).toEqual([{ is: 'unread', because: 'nvidia-smi: not found' }, 2]);
  });

  test('is not had of a card that is lost', async () => {
    const asking = ask({ is: 'lost', because: 'GPU is lost' });
    await asking.clock.advance(LOOK_EVERY_MS);
    expect(asking.answer()).toEqual({ is: 'lost', because: 'GPU is lost' });
  });

  test('is looked for no longer once nobody wants it, and leaves no timer', async () => {
    const asking = ask(card(0));
    await asking.clock.advance(1);
    asking.giveUp();
    await asking.clock.advance(0);
    expect(asking.answer()).toEqual({ is: 'given_up' });
    expect(asking.clock.nextInMs()).toBeUndefined();
  });

  test('that comes too late for who gave up during the look is not told', async () => {
    const asking = ask(card(0));
    asking.takeMs(1_000);
    await asking.clock.advance(LOOK_EVERY_MS + 1);
    asking.show(card(40_000));
    asking.giveUp();
    await asking.clock.advance(1_000);
    expect(asking.answer()).toEqual({ is: 'given_up' });
  });
});
