import assert from 'node:assert/strict';
import { client, EXACTLY, MESSAGES, type Case } from './setting.ts';

const CHUNKS_READ = 5;

/** Leaves a long stream after a few chunks. That the engine stops too only its own counters tell. */
/** So many that the engines need several times as long for all of them as a client needs to leave. */
const STREAMS = 6;

const cancel: Case = async () => {
  await Promise.all(Array.from({ length: STREAMS }, leaveOne));
};

async function leaveOne(): Promise<void> {
  const stream = await client.chat.completions.create({
    model: 'heavy',
    messages: MESSAGES,
    stream: true,
    ...EXACTLY(1800),
  });
  const read: string[] = [];
  for await (const chunk of stream) {
    read.push(chunk.id);
    if (read.length === CHUNKS_READ) stream.controller.abort();
  }
  assert.equal(read.length, CHUNKS_READ);
}

export const cancelCases = { cancel };
