import { expect, test } from 'bun:test';
import pino from 'pino';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createMetrics } from '../../telemetry/index.ts';
import { planOf } from '../plan.fixture.ts';
import { createJournal } from './journal.ts';

function journalOf() {
  const lines: string[] = [];
  const said: string[] = [];
  const journal = createJournal(
    planOf('heavy-0', 0),
    {
      clock: createFakeClock(),
      dispatch: { open: () => undefined, close: () => Promise.resolve(), end: () => undefined, inFlight: () => 0 },
      log: pino({ base: null }, { write: (line) => void lines.push(line) }),
      metrics: createMetrics(),
      unixMs: () => 0,
    },
    { append: ({ text }) => void said.push(text) },
  );
  return { journal, said, records: () => lines.map((line): unknown => JSON.parse(line)) };
}

const exit = { code: 1, signal: null, advice: 'Card 0 is lost.', atUnixMs: 0 } as const;

test('an ending nobody asked for is logged with its advice and the page that says more', () => {
  const { journal, records, said } = journalOf();
  journal.ending({ ...exit, cause: 'card_lost' }, 'unasked');
  expect(records()).toMatchObject([{ cause: 'card_lost', advice: 'Card 0 is lost.', runbook: 'card-lost' }]);
  expect(said).toEqual(['engine ended: card_lost, exit code 1; Card 0 is lost.']);
});

test('one that was asked for needs neither', () => {
  const { journal, records } = journalOf();
  journal.ending({ ...exit, cause: 'asked' }, 'asked');
  expect(records()).toEqual([expect.not.objectContaining({ runbook: expect.anything() })]);
});
