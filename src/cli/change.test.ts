import { expect, test } from 'bun:test';
import { awaitChange } from './change.ts';

const REFUSED = { ok: false, result: 'refused', message: 'no pool "huge"' } as const;

/** What a command that changes the node leaves. */
async function changed(json: boolean, ending: Parameters<typeof awaitChange>[2], wait = true) {
  const told: { out: string[]; err: string[] } = { out: [], err: [] };
  const terminal = {
    out: (text: string) => void told.out.push(text),
    err: (text: string) => void told.err.push(text),
    columns: undefined,
  };
  return { code: await awaitChange('swap huge', { wait, json, terminal }, ending), ...told };
}

test('a change that is refused says why, and ends with the code of a wrong config', async () => {
  expect(await changed(false, () => Promise.resolve(REFUSED))).toEqual({ code: 78, out: [], err: [REFUSED.message] });
});

test('as JSON its end is printed, and nothing is said twice', async () => {
  expect(await changed(true, () => Promise.resolve(REFUSED))).toEqual({
    code: 78,
    out: [JSON.stringify(REFUSED)],
    err: [],
  });
});

test('without waiting it is over once its plan is accepted', async () => {
  const accepted = await changed(
    true,
    (tell) => {
      tell('heavy-0 drains');
      return new Promise(() => undefined);
    },
    false,
  );
  expect(accepted).toEqual({ code: 0, out: ['{"ok":true}'], err: ['heavy-0 drains'] });
});
