import { expect, test } from 'bun:test';
import { layer, NO_OVERLAY, type LayeredResult } from '../../config/index.ts';
import { fileWith, layeredOf, NOW, SOURCE } from '../kept/kept.fixture.ts';
import { runningWhole } from './change.ts';
import { findDrift } from './drift.ts';

const running = runningWhole(layeredOf(fileWith('old')));
const next = layeredOf(fileWith('next'));
const drift = (file: LayeredResult, rejected?: Parameters<typeof findDrift>[0]['rejected']) =>
  findDrift({ file, running, rejected, fileTime: NOW });
const of = (text: string) => layer(SOURCE, text, NO_OVERLAY, { env: {}, uid: 0 });

test('a file that says the same is none, however it says it', () => {
  expect(drift(of(fileWith('old')))).toBeUndefined();
  expect(drift(of(`# a comment\n${fileWith('old')}`))).toBeUndefined();
});

test('an edit is told with what a reload would do, since the file was written', () => {
  expect(drift(of(fileWith('next')))).toEqual({
    cause: expect.stringMatching(/^edited since: a reload would restart replica heavy-0 .*, restart replica heavy-1/),
    since: NOW,
  });
});

test('a file that was taken back is told with its cause, until it is edited', () => {
  const rejected = { textFingerprint: next.textFingerprint, cause: 'it did not start', at: 'then', rollout: 'r' };
  expect(drift(of(fileWith('next')), rejected)).toEqual({ cause: 'it did not start', since: 'then' });
  expect(drift(of(fileWith('newer')), rejected)?.cause).toStartWith('edited since');
});

test('a broken file is told with the place', () => {
  expect(drift(of('pools: 7'))?.cause).toContain(`${SOURCE}:1:8: pools: `);
});

test('of many steps the first few are told, and how many more there are', () => {
  const more = Array.from({ length: 20 }, (_, at) => `, { name: more-${at}, pool: heavy }`).join('');
  const edited = fileWith('old').replace(']\n', `${more}]\n`);
  expect(drift(of(edited))?.cause).toMatch(
    /^edited since: a reload would add replica more-0, .*add replica more-7, and 12 more$/,
  );
});
