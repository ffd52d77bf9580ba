import { describe, expect, test } from 'bun:test';
import { matchRoute, route } from './route.ts';

const answer = () => new Response();
const at = (method: 'GET' | 'POST', path: string) =>
  route(method, path, { access: 'anyone', does: '', answers: '', answer });
const routes = [
  at('GET', '/queue'),
  at('GET', '/queue/:id'),
  at('GET', '/queue/audit'),
  at('POST', '/queue/:id/cancel'),
];
const found = (method: string, path: string) => {
  const match = matchRoute(routes, method, path);
  return match.is === 'found' ? { path: match.route.path, params: Object.fromEntries(match.params) } : match.is;
};

describe('a path', () => {
  test('is found with its parameters decoded', () => {
    expect(found('POST', '/queue/a%2Fb/cancel')).toEqual({ path: '/queue/:id/cancel', params: { id: 'a/b' } });
  });
  test('that is written out goes before one with a parameter', () => {
    expect(found('GET', '/queue/audit')).toEqual({ path: '/queue/audit', params: {} });
    expect(found('GET', '/queue/other')).toEqual({ path: '/queue/:id', params: { id: 'other' } });
  });
  test.each(['/queue/', '/queues', '/queue//cancel', '/queue/%/cancel', '/', ''])('%j is none', (path) => {
    expect(found('POST', path)).toBe('no_path');
  });
  test('with another method tells which it takes', () => {
    expect(matchRoute(routes, 'POST', '/queue')).toEqual({ is: 'no_method', allowed: ['GET'] });
  });
});
