import { beforeEach, expect, test } from 'bun:test';
import type { Endpoint, EngineClient } from '../engine/index.ts';
import type { ReplicaState, ReplicaStatus } from '../supervisor/index.ts';
import { createLocalSend } from './engine-clients.ts';
import { statusOf } from './replica-status.fixture.ts';

const request = { path: '/v1/x', body: '', headers: {}, signal: new AbortController().signal };

let events: string[];
let modelOfTheirs: string;
let transition: (state: ReplicaState) => void;
let send: ReturnType<typeof createLocalSend>;

beforeEach(() => {
  events = [];
  modelOfTheirs = 'acme/old';
  let opened = 0;
  const open = (endpoint: Endpoint): EngineClient => {
    opened += 1;
    const id = opened;
    events.push(`open ${id} ${endpoint.kind}`);
    return {
      send({ body }) {
        events.push(`send ${id}${body.length === 0 ? '' : ` ${Buffer.from(body).toString()}`}`);
        return Promise.resolve({ ok: true, status: 200, headers: {}, body: (async function* () {})() });
      },
      get: () => Promise.reject(new Error('not asked here')),
      close: () => void events.push(`close ${id}`),
    };
  };
  const fleet = {
    replicas: () => [statusOf('heavy-0', 'ready'), { ...statusOf('theirs', 'ready'), engineModel: modelOfTheirs }],
    onTransition(listener: (it: ReplicaStatus) => void) {
      transition = (state) => ['heavy-0', 'theirs'].forEach((it) => listener(statusOf(it, state)));
      return () => undefined;
    },
  };
  send = createLocalSend(fleet, open);
});

test('one client serves one life of a replica', async () => {
  await send('heavy-0', request);
  await send('heavy-0', request);
  transition('draining');
  await send('heavy-0', request);
  expect(events).toEqual(['open 1 unix', 'send 1', 'send 1', 'send 1']);
});

test.each(['cleaning', 'stopped', 'waiting_for_card', 'starting'] as const)(
  'bug: a connection of an earlier life is never used again after %s',
  async (state) => {
    await send('heavy-0', request);
    transition(state);
    await send('heavy-0', request);
    expect(events).toEqual(['open 1 unix', 'send 1', 'close 1', 'open 2 unix', 'send 2']);
  },
);

test('a replica that a reload removed refuses, which sends the request elsewhere', async () => {
  expect(await send('heavy-9', request)).toMatchObject({ ok: false, failure: 'refused' });
});

test('bug: a change of model in a pool with an engine that somebody else runs had all engines asked by the new name at once', async () => {
  const named = { ...request, body: '{"model":"heavy","seed":1.0}' };
  await send('heavy-0', named);
  await send('theirs', named);
  modelOfTheirs = 'acme/new';
  await send('theirs', named);
  transition('starting');
  await send('theirs', named);
  expect(events.filter((it) => it.startsWith('send')).map((it) => it.slice('send 1 '.length))).toEqual([
    named.body,
    '{"model":"acme/old","seed":1.0}',
    '{"model":"acme/old","seed":1.0}',
    '{"model":"acme/new","seed":1.0}',
  ]);
});
