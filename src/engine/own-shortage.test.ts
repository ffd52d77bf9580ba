import { expect, test } from 'bun:test';
import { fileURLToPath } from 'node:url';
import { isOwnShortage } from './own-shortage.ts';

const PROGRAM = fileURLToPath(new URL('./own-shortage.fixture.ts', import.meta.url));

test('bug: an engine that cannot be asked for want of our own file descriptors has refused nothing', async () => {
  const limited = 'ulimit -n 128; exec "$0" run "$1"';
  const child = Bun.spawn(['sh', '-c', limited, process.execPath, PROGRAM], { stdout: 'pipe', stderr: 'inherit' });
  try {
    expect(JSON.parse(await new Response(child.stdout).text())).toEqual({
      without: ['exhausted', 'exhausted', 'exhausted', 'exhausted'],
      withThem: ['answered', 'answered', 'answered', 'answered'],
    });
  } finally {
    child.kill('SIGKILL');
    await child.exited;
  }
});

test.each(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'])('%s is a want of our own', (code) => {
  expect(isOwnShortage(Object.assign(new Error(code), { code }))).toBe(true);
});

test.each(['ECONNREFUSED', 'ENOENT', 'EHOSTUNREACH'])('%s is none, while file descriptors are left', (code) => {
  expect(isOwnShortage(Object.assign(new Error(code), { code }))).toBe(false);
});
