import assert from 'node:assert/strict';
import { client, EXACTLY, MESSAGES, type Case } from './setting.ts';

const CHUNKS_READ = 5;

/** Leaves a long stream after a few chunks. That the engine stops too only its own counters tell. */
const cancel: Case = async () => {
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
};

export const cancelCases = { cancel };
