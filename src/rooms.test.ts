import { describe, expect, test } from 'bun:test';
import { Glob } from 'bun';
import { dirname, join, normalize } from 'node:path';

/** Lines of the longest file; one concept a file seldom needs half of it. */
const FILE_LINES_MAX = 250;

/** Which room may import which, by its door. `config` and `telemetry` are open to all but themselves. */
const ARROWS: Record<string, readonly string[]> = {
  config: [],
  telemetry: [],
  engine: [],
  eval: ['engine'],
  capacity: ['engine'],
  health: ['engine'],
  supervisor: ['engine', 'health'],
  queue: [],
  gateway: ['queue', 'supervisor'],
  control: ['supervisor', 'queue', 'gateway', 'eval'],
  node: ['engine', 'health', 'supervisor', 'queue', 'gateway', 'control', 'eval', 'capacity'],
  cli: ['control', 'node'],
  sim: [],
};
const OPEN_TO_ALL = ['config', 'telemetry'];
/** Files outside `src` that are built into the program. */
const BUILT_IN = /^\.\.\/(?:package\.json|eval\/[a-z]+\.yaml|docs\/runbooks\/[A-Za-z-]+\.md)$/;
/** Places that touch the world; everything else is handed a clock, a source of chance, a way to start a process. */
const EFFECTS_ARE_MADE_IN = ['node/', 'telemetry/', 'supervisor/group/', 'cli/', 'sim/'];
const NO_ROOM_MAY_IMPORT = ['sim'];

interface Import {
  readonly from: string;
  readonly to: string;
}

const source = import.meta.dir;
const files = [...new Glob('**/*.ts').scanSync(source)].filter((it) => !it.endsWith('.d.ts'));
const texts = new Map(
  await Promise.all(files.map(async (it) => [it, await Bun.file(join(source, it)).text()] as const)),
);
const shipped = files.filter((it) => !/\.(test|fixture)\.ts$|\/fixtures\//.test(it));
const imports = shipped.flatMap((file) => importsOf(file));

function importsOf(file: string): Import[] {
  const found = (texts.get(file) ?? '').matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...found].map(([, target]) => ({ from: file, to: normalize(join(dirname(file), target ?? '')) }));
}

const roomOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : '');
const tell = ({ from, to }: Import): string => `${from} -> ${to}`;
const crossing = imports.filter(({ from, to }) => roomOf(from) !== '' && roomOf(from) !== roomOf(to));

describe('rooms', () => {
  test('are seen at all: main.ts enters two of them', () => {
    expect(imports.filter(({ from }) => from === 'main.ts').map(({ to }) => to)).toEqual([
      'sim/index.ts',
      'cli/index.ts',
    ]);
  });

  test('every folder of src is a room of the table', () => {
    expect([...new Set(shipped.map(roomOf))].filter((it) => it !== '').toSorted()).toEqual(
      Object.keys(ARROWS).toSorted(),
    );
  });

  test('are entered by their door only', () => {
    const through = crossing.filter(({ to }) => !/^[a-z]+\/index\.ts$/.test(to) && !BUILT_IN.test(to));
    expect(through.map(tell)).toEqual([]);
  });

  test('are entered along the arrows only', () => {
    const allowed = ({ from, to }: Import) => {
      const [room, target] = [roomOf(from), roomOf(to)];
      if (NO_ROOM_MAY_IMPORT.includes(target)) return false;
      if (OPEN_TO_ALL.includes(target)) return !OPEN_TO_ALL.includes(room) && room !== 'sim';
      return ARROWS[room]?.includes(target) === true || BUILT_IN.test(to);
    };
    expect(crossing.filter((it) => !allowed(it)).map(tell)).toEqual([]);
  });

  test('hold no file that has grown beyond one concept', () => {
    const long = shipped.filter((it) => (texts.get(it) ?? '').split('\n').length > FILE_LINES_MAX);
    expect(long).toEqual([]);
  });

  test('read the clock, draw random numbers and start processes only where effects are made', () => {
    const forbidden = /\b(?:Date\.now|performance\.now|Math\.random|setTimeout|setInterval|Bun\.spawn|new Date)\(\)?/;
    const offenders = shipped.filter((it) => !EFFECTS_ARE_MADE_IN.some((place) => it.startsWith(place)));
    expect(offenders.filter((it) => forbidden.test(texts.get(it) ?? ''))).toEqual([]);
  });
});
