// curl, as scripts use it.
import assert from 'node:assert/strict';
import { serveCases, type Case } from '../node/serve-cases.ts';
import { KEY, LIMITED_KEY, LONG_TOKENS, MODELS, PATIENCE_MS, QUESTION, SERVER } from '../node/setting.ts';

/** curl's own exit codes. */
const OPERATION_TIMED_OUT = 28;

interface Answer {
  readonly exitCode: number;
  readonly out: string;
}

async function curl(path: string, options: readonly string[], stdin = ''): Promise<Answer> {
  const child = Bun.spawn(['curl', '--silent', '--show-error', ...options, `${SERVER}${path}`], {
    stdin: Buffer.from(stdin),
    stderr: 'inherit',
  });
  const [out, exitCode] = await Promise.all([child.stdout.text(), child.exited]);
  return { exitCode, out };
}

const withKey = (key: string): string[] => ['--header', `authorization: Bearer ${key}`];
const json = (body: object): string[] => ['--json', JSON.stringify(body)];
const question = { model: 'light', messages: [{ role: 'user', content: QUESTION }], max_tokens: 8 };
const long = { ...question, model: 'heavy', max_tokens: LONG_TOKENS, ignore_eos: true };
const CHAT = '/v1/chat/completions';

const models: Case = async () => {
  const { out } = await curl('/v1/models', withKey(KEY));
  const { data } = JSON.parse(out) as { data: { id: string }[] };
  for (const model of MODELS) assert.ok(data.some((it) => it.id === model));
};

const head: Case = async () => {
  const { out } = await curl('/v1/models', [...withKey(KEY), '--head']);
  assert.match(out, /^HTTP\/1\.1 200 .*\r\n\r\n$/s);
};

const options: Case = async () => {
  const { out } = await curl(CHAT, ['--request', 'OPTIONS', '--include']);
  assert.match(out, /^HTTP\/1\.1 204/);
  assert.match(out, /^allow: POST, OPTIONS\r$/im);
};

const chat: Case = async () => {
  const { out } = await curl(CHAT, [...withKey(KEY), ...json(question)]);
  assert.match(out, /"object":\s*"chat.completion"/);
};

const stream: Case = async () => {
  const { out } = await curl(CHAT, [...withKey(KEY), '--no-buffer', ...json({ ...question, stream: true })]);
  assert.match(out, /^data: \{/);
  assert.ok(out.endsWith('data: [DONE]\n\n'));
};

/** A script's habit: no content type of its own, so that curl sends the one of a form. */
const textFile: Case = async () => {
  const { out } = await curl(CHAT, [...withKey(KEY), '--data-binary', '@-'], JSON.stringify(question));
  assert.match(out, /"code":"unsupported_media_type"|"object":\s*"chat.completion"/);
};

/** Over a megabyte curl asks first (`expect: 100-continue`) and would wait a second for the answer. */
const largeBody: Case = async () => {
  const body = { ...question, metadata: { padding: 'x'.repeat(2_000_000) } };
  const began = performance.now();
  const sent = [...withKey(KEY), '--header', 'content-type: application/json', '--data-binary', '@-'];
  const { out } = await curl(CHAT, sent, JSON.stringify(body));
  assert.match(out, /"object":\s*"chat.completion"/);
  assert.ok(performance.now() - began < 5_000);
};

const chunkedBody: Case = async () => {
  const chunked = ['--header', 'content-type: application/json', '--header', 'transfer-encoding: chunked'];
  const { out } = await curl(CHAT, [...withKey(KEY), ...chunked, '--data-binary', '@-'], JSON.stringify(question));
  assert.match(out, /"object":\s*"chat.completion"/);
};

const compressed: Case = async () => {
  const { out } = await curl(CHAT, [...withKey(KEY), '--compressed', ...json(question)]);
  assert.match(out, /"object":\s*"chat.completion"/);
};

const cors: Case = async () => {
  const asked = ['--header', 'origin: https://app.example', '--header', 'access-control-request-method: POST'];
  const { out } = await curl(CHAT, ['--request', 'OPTIONS', '--include', ...asked]);
  assert.match(out, /^access-control-allow-origin: https:\/\/app\.example\r$/im);
};

const unknownModel: Case = async () => {
  const sent = [...withKey(KEY), '--fail-with-body', ...json({ ...question, model: 'no-such-model' })];
  const { exitCode, out } = await curl(CHAT, sent);
  assert.equal(exitCode, 22);
  assert.match(out, /"code":"model_not_found"/);
};

const wrongKey: Case = async () => {
  const { out } = await curl(CHAT, [...withKey('wrong'), ...json(question)]);
  assert.match(out, /"code":"invalid_api_key"/);
};

/** curl waits as long as `retry-after` says. */
const retryAfter: Case = async () => {
  const one = { ...question, max_tokens: 1 };
  const { out } = await curl(`${CHAT}?[1-60]`, [...withKey(LIMITED_KEY), ...json(one)]);
  assert.match(out, /"code":"rate_limit_exceeded"/);
  const told = ['--retry', '2', '--write-out', '%{http_code}'];
  const { out: last } = await curl(CHAT, [...withKey(LIMITED_KEY), ...told, ...json(one)]);
  assert.match(last, /200$/);
};

/** The engine stops here too, as its own counters tell. */
const timeOut: Case = async () => {
  const sent = [...withKey(KEY), '--max-time', String(PATIENCE_MS / 1000), ...json(long)];
  assert.equal((await curl(CHAT, sent)).exitCode, OPERATION_TIMED_OUT);
};

const cancel: Case = async () => {
  const sent = ['--silent', '--no-buffer', ...withKey(KEY), ...json({ ...long, stream: true }), `${SERVER}${CHAT}`];
  const child = Bun.spawn(['curl', ...sent]);
  const { value } = await child.stdout.getReader().read();
  child.kill('SIGINT');
  await child.exited;
  assert.ok((value?.length ?? 0) > 0);
};

await serveCases({
  models,
  head,
  options,
  chat,
  stream,
  text_file: textFile,
  large_body: largeBody,
  chunked_body: chunkedBody,
  compressed,
  cors,
  unknown_model: unknownModel,
  wrong_key: wrongKey,
  retry_after: retryAfter,
  time_out: timeOut,
  cancel,
});
