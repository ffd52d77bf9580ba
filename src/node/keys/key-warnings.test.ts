import { expect, test } from 'bun:test';
import { keyWarnings } from './key-warnings.ts';

test('a gateway without keys is loud about it where others reach it', () => {
  expect(keyWarnings('127.0.0.1', { is: 'open' }, undefined)).toEqual([]);
  expect(keyWarnings('10.0.0.1', { is: 'keys', keys: [] }, undefined)).toEqual([]);
  expect(keyWarnings('0.0.0.0', { is: 'open' }, undefined)).toEqual([
    'the gateway listens on 0.0.0.0 and has no API keys: whoever reaches it may use it; make one with `ssw-infer keys add`, or set gateway.host to 127.0.0.1',
  ]);
});

test('keys that cannot be read are told, and what holds meanwhile', () => {
  expect(keyWarnings('127.0.0.1', { is: 'unreadable' }, '/k: EACCES')).toEqual([
    'the API keys cannot be read (/k: EACCES); nobody is let in (ssw-infer runbook certificate-keys)',
  ]);
  expect(keyWarnings('127.0.0.1', { is: 'keys', keys: [] }, '/k: EACCES')[0]).toContain('those read last go on');
});
