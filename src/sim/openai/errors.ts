/** An error answer in vLLM's shape; `status` is also its `code` (vllm/entrypoints/openai/engine/protocol.py). */
export interface ApiError {
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
}

/** A value, or the error to answer with. */
export type Outcome<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: ApiError };

export const good = <Value>(value: Value): Outcome<Value> => ({ ok: true, value });
export const bad = (error: ApiError): { readonly ok: false; readonly error: ApiError } => ({ ok: false, error });

/** The body of an error answer, which is also what a stream's error chunk carries. */
export const errorBody = ({ message, type, param, status }: ApiError): string =>
  JSON.stringify({ error: { message, type, param, code: status } });

/** A value that vLLM's own checks refuse: the parameter is named in the text too. */
export const badParameter = (param: string, value: unknown, message: string): ApiError => ({
  status: 400,
  message: `${message} (parameter=${param}, value=${String(value)})`,
  type: 'BadRequestError',
  param,
});

export const badRequest = (message: string, param: string | null = null): ApiError => ({
  status: 400,
  message,
  type: 'BadRequestError',
  param,
});

/** What pydantic refuses; `where` is the path inside the body. */
export const invalidBody = (kind: string, where: string | number, message: string): ApiError => ({
  status: 400,
  message: `1 validation error:\n  {'type': '${kind}', 'loc': 'body.${where}', 'msg': '${message}'}`,
  type: 'Bad Request',
  param: `body.${where}`,
});

export const missingField = (field: string): ApiError => invalidBody('missing', field, 'Field required');

export const unknownModel = (model: string): ApiError => ({
  status: 404,
  message: `The model \`${model}\` does not exist.`,
  type: 'NotFoundError',
  param: 'model',
});

const internal = (message: string): ApiError => ({ status: 500, message, type: 'InternalServerError', param: null });

export const ENGINE_DEAD = internal('EngineCore encountered an issue. See stack trace (above) for the root cause.');
export const SHUTTING_DOWN = internal('cannot schedule new futures after shutdown');
export const SIMULATED_FAILURE = internal('Internal server error: simulated failure of one request.');

/** Answered beyond `--max-num-queued-reqs`. */
export const ENGINE_BUSY: ApiError = {
  status: 503,
  message:
    'The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.',
  type: 'Service Unavailable',
  param: null,
};

export const maxTokensTooLarge = (maxTokens: number, maxModelLen: number): ApiError =>
  badParameter(
    'max_tokens',
    maxTokens,
    `max_tokens=${maxTokens} cannot be greater than max_model_len=max_total_tokens=${maxModelLen}. Please request fewer output tokens.`,
  );

export const promptTooLong = (promptTokens: number, outputTokens: number, maxModelLen: number): ApiError =>
  badParameter(
    'input_tokens',
    promptTokens,
    `This model's maximum context length is ${maxModelLen} tokens. However, you requested ${outputTokens} output tokens and your prompt contains at least ${promptTokens} input tokens, for a total of at least ${promptTokens + outputTokens} tokens. Please reduce the length of the input prompt or the number of requested output tokens.`,
  );
