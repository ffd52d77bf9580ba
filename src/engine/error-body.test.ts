import { expect, test } from 'bun:test';
import { normaliseError } from './error-body.ts';

const vllm = (error: object) => JSON.stringify({ error });

test('an unknown model', () => {
  const body = vllm({ message: 'The model `nope` does not exist.', type: 'NotFoundError', param: 'model', code: 404 });
  expect(normaliseError(404, body)).toEqual({
    status: 404,
    error: {
      message: 'The model `nope` does not exist.',
      type: 'invalid_request_error',
      param: 'model',
      code: 'model_not_found',
    },
  });
});

test.each([
  [
    'input_tokens',
    "This model's maximum context length is 2048 tokens. However, you requested 5 output tokens and your prompt contains at least 2044 input tokens.",
  ],
  ['input_text', "This model's maximum context length is 2048 tokens."],
  [
    'max_tokens',
    'max_tokens=100000 cannot be greater than max_model_len=max_total_tokens=2048. Please request fewer output tokens.',
  ],
])('too long, told by %s', (param, message) => {
  const body = vllm({ message, type: 'BadRequestError', param, code: 400 });
  expect(normaliseError(400, body)).toMatchObject({
    status: 400,
    error: { code: 'context_length_exceeded', param, message },
  });
});

test('a bad parameter keeps its name and its message', () => {
  const body = vllm({
    message: 'temperature must be in [0, 2], got 9.',
    type: 'BadRequestError',
    param: 'temperature',
    code: 400,
  });
  expect(normaliseError(400, body).error).toEqual({
    message: 'temperature must be in [0, 2], got 9.',
    type: 'invalid_request_error',
    param: 'temperature',
    code: 'invalid_request_error',
  });
});

test("Python's view of a missing field becomes a sentence, without the request in it", () => {
  const message =
    "[{'type': 'missing', 'loc': ('body', 'messages'), 'msg': 'Field required', 'input': {'model': 'heavy', 'secret': 'x'}}]";
  const body = vllm({ message, type: 'Bad Request', param: 'body.messages', code: 400 });
  expect(normaliseError(400, body).error).toEqual({
    message: 'messages: Field required',
    type: 'invalid_request_error',
    param: 'messages',
    code: 'invalid_request_error',
  });
});

test('several of them are joined, quotes and positions included', () => {
  const message = `2 validation errors:\n  {'type': 'int_parsing', 'loc': ('body', 'messages', 0, 'role'), 'msg': "Input isn't valid", 'input': 1}\n  {'type': 'missing', 'loc': ('body', 'model'), 'msg': 'Field required', 'input': {}}`;
  const { error } = normaliseError(400, vllm({ message, type: 'Bad Request', param: null, code: 400 }));
  expect(error.message).toBe("messages[0].role: Input isn't valid; model: Field required");
  expect(error.param).toBeNull();
});

test('a body that is not JSON', () => {
  const message =
    "[{'type': 'json_invalid', 'loc': ('body', 1), 'msg': 'JSON decode error', 'input': {}, 'ctx': {'error': 'Expecting value'}}]";
  expect(normaliseError(400, vllm({ message, type: 'Bad Request', param: 'body.1', code: 400 })).error).toEqual({
    message: 'JSON decode error',
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_json',
  });
});

test('what pydantic says of an engine’s own answer', () => {
  const message =
    '1 validation error for AnthropicContentBlock\ninput\n  Input should be a valid dictionary [type=dict_type, input_value=0.0, input_type=float]\n    For further information visit https://errors.pydantic.dev/2.14/v/dict_type';
  const body = JSON.stringify({ type: 'error', error: { type: 'BadRequestError', message } });
  expect(normaliseError(400, body).error.message).toBe('input Input should be a valid dictionary');
});

test('the shapes of the framework under vLLM', () => {
  expect(normaliseError(404, '{"detail":"Not Found"}').error).toMatchObject({
    message: 'The engine of this model does not serve this endpoint.',
    code: 'unknown_url',
  });
  expect(normaliseError(405, '{"detail":"Method Not Allowed"}').error.code).toBe('method_not_allowed');
});

test("an engine that wants a key is our fault, not the client's", () => {
  expect(normaliseError(401, '{"error":"Unauthorized"}')).toMatchObject({
    status: 500,
    error: { code: 'engine_failed', type: 'server_error' },
  });
});

test('a dead core and a full one', () => {
  const dead = vllm({
    message: 'EngineCore encountered an issue.',
    type: 'InternalServerError',
    param: null,
    code: 500,
  });
  expect(normaliseError(500, dead)).toMatchObject({
    status: 500,
    error: { code: 'engine_failed', type: 'server_error' },
  });
  const full = vllm({ message: 'The engine is currently busy.', type: 'Service Unavailable', param: null, code: 503 });
  expect(normaliseError(503, full).error.code).toBe('server_overloaded');
});

test.each(['', 'Internal Server Error', '<html>', 'null', '[]', '{"error":{"message":5}}', '{"error":null}', '"text"'])(
  'says something sensible about %p',
  (body) => {
    expect(normaliseError(502, body)).toEqual({
      status: 502,
      error: {
        message: 'The engine answered with status 502.',
        type: 'server_error',
        param: null,
        code: 'engine_failed',
      },
    });
  },
);

test('a message is bounded', () => {
  expect(normaliseError(400, vllm({ message: 'x'.repeat(1_000_000) })).error.message.length).toBe(2000);
});

test('bug: a client that has its own input echoed does not stop the event loop with it', () => {
  const hostile = vllm({ message: "'loc': (".repeat(129_000) });
  const beganMs = performance.now();
  normaliseError(400, hostile);
  expect(performance.now() - beganMs).toBeLessThan(500); // was 20 s: every beginning was followed to the end
});
