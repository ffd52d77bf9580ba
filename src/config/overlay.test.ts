import { describe, expect, test } from 'bun:test';
import { layer, NO_OVERLAY, swapModel, type Overlay } from './index.ts';
import { modelWords } from './overlay.ts';

const base = `
pools:
  heavy: { model: a, revision: r1, served_name: Alpha, aliases: [big] }
  light: { model: b }
replicas:
  - { name: heavy-0, pool: heavy }
  - { name: light-0, pool: light }
`;
const context = { env: {}, uid: 0 };
const over = { model: 'a', revision: 'r1', servedName: 'Alpha' };
const swap: Overlay = { heavy: { model: 'c', revision: undefined, over, at: '2026-01-01T00:00:00Z' } };

function layered(text: string, overlay: Overlay = swap) {
  const result = layer('/r.yaml', text, overlay, context);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.layered;
}

describe('a swap', () => {
  test('takes the place of the model, its revision and its name; the rest of the pool stays', () => {
    expect(layered(base).config.pools['heavy']).toMatchObject({
      model: 'c',
      revision: undefined,
      servedName: 'c',
      aliases: ['big'],
    });
    expect(layered(base).config.pools['light']?.model).toBe('b');
  });

  test('holds while the file says of that model what it said, whatever it says of others', () => {
    expect(layered(base.replace('model: b', 'model: x')).overlay).toEqual(swap);
    expect(layered(base.replace('[big]', '[huge]')).overlay).toEqual(swap);
  });

  test.each([
    ['says the same', base.replace('model: a, revision: r1, served_name: Alpha', 'model: c')],
    ['was given another model since', base.replace('model: a', 'model: z')],
    ['was given another revision since', base.replace('r1', 'r2')],
    ['was given another name since', base.replace('Alpha', 'Beta')],
    ['has the pool no more', base.replaceAll('heavy', 'huge')],
  ])('is over once the file %s', (_case, text) => {
    expect(layered(text).overlay).toEqual({});
  });

  test('of a broken file is told with the place in the file', () => {
    const result = layer('/r.yaml', base.replace('[big]', '7'), swap, context);
    expect(result).toMatchObject({ ok: false, problems: [{ line: 3, path: 'pools.heavy.aliases' }] });
  });

  test('that takes the name of another pool is refused', () => {
    const taken: Overlay = { heavy: { model: 'b', revision: undefined, over, at: '' } };
    expect(layer('/r.yaml', base, taken, context)).toMatchObject({ ok: false });
  });
});

test('a swap is made over what the file says, beside those that hold already', () => {
  const at = '2026-01-01T00:00:00Z';
  const made = swapModel(layered(base), 'light', { model: 'd', revision: 'r', at });
  expect(made).toEqual({
    ...swap,
    light: { model: 'd', revision: 'r', over: { model: 'b', revision: undefined, servedName: undefined }, at },
  });
  expect(layered(base, made).config.pools['light']).toMatchObject({ model: 'd', revision: 'r' });
  expect(swapModel(layered(base), 'huge', { model: 'd', revision: undefined, at })).toBeUndefined();
  const again = swapModel(layered(base), 'heavy', { model: 'e', revision: undefined, at });
  expect(again?.['heavy']).toEqual({ model: 'e', revision: undefined, over, at });
});

test('a fingerprint tells file, text and what holds on top apart, and nothing else', () => {
  const plain = layered(base, NO_OVERLAY).fingerprint;
  expect(layered(base, NO_OVERLAY).fingerprint).toBe(plain);
  expect(layered(base).fingerprint).not.toBe(plain);
  expect(layered(base).textFingerprint).toBe(layered(base, NO_OVERLAY).textFingerprint);
  expect(layered(`${base}# more\n`).textFingerprint).not.toBe(layered(base).textFingerprint);
  expect(layered(`${base}# more\n`, NO_OVERLAY).fingerprint).not.toBe(plain);
  const other = layer('/other.yaml', base, NO_OVERLAY, context);
  expect(other.ok && other.layered.fingerprint).not.toBe(plain);
  const later: Overlay = { heavy: { model: 'c', revision: undefined, over, at: '2027-01-01T00:00:00Z' } };
  expect(layered(base, later).fingerprint).toBe(layered(base).fingerprint);
});

test('what a file says of a model is told as it stands there; nothing of a pool that it does not have', () => {
  expect(modelWords({ pools: { heavy: { model: 'a' } } }, 'heavy')).toEqual({
    model: 'a',
    revision: undefined,
    servedName: undefined,
  });
  expect(modelWords({ pools: { heavy: { model: 'a' } } }, 'constructor')).toBeUndefined();
  expect(modelWords('text', 'heavy')).toBeUndefined();
});
