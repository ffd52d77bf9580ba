import assert from 'node:assert/strict';
import { APIConnectionTimeoutError } from 'openai';
import type { Case } from '../serve-cases.ts';
import { LONG_TOKENS, PATIENCE_MS } from '../setting.ts';
import { client, EXACTLY, MESSAGES } from './client.ts';

const CHUNKS_READ = 5;
/** So many that the engines need several times as long for all of them as a client needs to leave. */
const STREAMS = 12;

/** Leaves long streams after a few chunks. That the engines stop too only their own counters tell. */
const cancelMany: Case = async () => {
  await Promise.all(Array.from({ length: STREAMS }, leaveOne));
};

async function leaveOne(): Promise<void> {
  const stream = await client.chat.completions.create({
    model: 'heavy',
    messages: MESSAGES,
    stream: true,
    ...EXACTLY(LONG_TOKENS),
  });
  const read: string[] = [];
  for await (const chunk of stream) {
    read.push(chunk.id);
    if (read.length === CHUNKS_READ) stream.controller.abort();
  }
  assert.equal(read.length, CHUNKS_READ);
}

/** The engines stop here too. */
const timeOut: Case = async () => {
  const asked = client.chat.completions.create(
    { model: 'heavy', messages: MESSAGES, ...EXACTLY(LONG_TOKENS) },
    { timeout: PATIENCE_MS },
  );
  await assert.rejects(asked, APIConnectionTimeoutError);
};

export const cancelCases = { cancel_many: cancelMany, time_out: timeOut };
