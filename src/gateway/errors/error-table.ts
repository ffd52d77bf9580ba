/** `error.type` of OpenAI's error object. */
type ErrorType = 'invalid_request_error' | 'rate_limit_error' | 'server_error';

export interface ErrorKind {
  readonly status: number;
  readonly type: ErrorType;
  /** What clients see as its code, where that is not its own name. */
  readonly code?: string;
  /** When the same request is worth sending again; absent = never. */
  readonly retryAfterMs?: number;
  /** SDKs are told not to send it again by themselves, though it may be worth it after `retryAfterMs`. */
  readonly shouldRetry?: false;
  /** What happened and what to do next; `{name}` is filled in. */
  readonly message: string;
}

/** Every error this server makes itself or gives its advice to (`fromEngine`). A code keeps its name and meaning. */
export const ERRORS = {
  invalid_request_error: { status: 400, type: 'invalid_request_error', message: '{problem}' },
  invalid_json: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The body is not a JSON object: {problem}. Send one JSON object, encoded as UTF-8.',
  },
  invalid_api_key: { status: 401, type: 'invalid_request_error', message: '{problem}' },
  model_not_found: {
    status: 404,
    type: 'invalid_request_error',
    message: 'The model `{model}` does not exist. Use one of: {known}.',
  },
  model_not_allowed: {
    status: 403,
    type: 'invalid_request_error',
    message: 'You may not use the model `{model}`. Use one of: {known}.',
  },
  unknown_url: {
    status: 404,
    type: 'invalid_request_error',
    message: 'There is nothing at {method} {path}. Check the base URL: it ends in /v1.',
  },
  method_not_allowed: {
    status: 405,
    type: 'invalid_request_error',
    message: '{path} does not take {method}. Use one of: {allowed}.',
  },
  chunks_too_small: {
    status: 400,
    type: 'invalid_request_error',
    code: 'invalid_request_error',
    message: 'The body comes in chunks of less than {bytes} bytes. Send it in larger ones, or with a content-length.',
  },
  request_too_large: {
    status: 413,
    type: 'invalid_request_error',
    message: 'The body is larger than {limitBytes} bytes. Send less, or raise `gateway.max_body_bytes`.',
  },
  unsupported_media_type: {
    status: 415,
    type: 'invalid_request_error',
    message: '{header} `{value}` is not taken here. Send plain JSON as `content-type: application/json`.',
  },
  rate_limit_exceeded: {
    status: 429,
    type: 'rate_limit_error',
    retryAfterMs: 1000,
    message: 'The allowance of {by} per minute for {pool} is used up. Send it again later, or fewer of them.',
  },
  too_many_wrong_keys: {
    status: 429,
    type: 'rate_limit_error',
    code: 'rate_limit_exceeded',
    retryAfterMs: 60_000,
    shouldRetry: false,
    message: 'Too many incorrect API keys came from this address. Send it with a correct one, or again in a minute.',
  },
  in_flight_full: {
    status: 429,
    type: 'rate_limit_error',
    code: 'rate_limit_exceeded',
    retryAfterMs: 1000,
    message: 'As many of your requests are here as may be at once ({limit}). Send it again when one is answered.',
  },
  tenant_queue_full: {
    status: 429,
    type: 'rate_limit_error',
    retryAfterMs: 2000,
    message: 'As many requests wait for {pool} as you may have there ({depth}). Send it again when some are answered.',
  },
  idempotency_conflict: {
    status: 409,
    type: 'invalid_request_error',
    retryAfterMs: 1000,
    message:
      'A request with this Idempotency-Key runs. Send it again later, or without `ssw-idempotency: conflict` to get the answer as it comes.',
  },
  idempotency_unkept: {
    status: 409,
    type: 'invalid_request_error',
    code: 'idempotency_conflict',
    message:
      'A request with this Idempotency-Key was run, and its answer was too large to be kept. Send it with another key to run it again.',
  },
  idempotency_mismatch: {
    status: 422,
    type: 'invalid_request_error',
    message: 'This Idempotency-Key was used for another request. Use a new key for each request.',
  },
  content_policy_violation: {
    status: 400,
    type: 'invalid_request_error',
    message: 'This request was refused by {by} of the guardrails here. Change what it says before you send it again.',
  },
  guardrail_unavailable: {
    status: 503,
    type: 'server_error',
    retryAfterMs: 2000,
    message: 'The guardrail service could not judge this request. Send it again in a moment.',
  },
  internal_error: {
    status: 500,
    type: 'server_error',
    message: 'The gateway failed; this is a fault of its own. Tell the operator the request id {requestId}.',
  },
  engine_failed: {
    status: 500,
    type: 'server_error',
    message: 'The engine failed while it ran this request. Send it again if running it twice does no harm.',
  },
  quarantined: {
    status: 500,
    type: 'server_error',
    code: 'engine_failed',
    message:
      'Engines died of this request, the last one while it ran nothing else. It is quarantined until {until}; an operator can clear it with `ssw-infer quarantine release {fingerprint}`.',
  },
  server_overloaded: {
    status: 503,
    type: 'server_error',
    retryAfterMs: 2000,
    message: 'Too many requests wait for {pool} ({depth}). Send it again later, or to another model.',
  },
  bodies_full: {
    status: 503,
    type: 'server_error',
    code: 'server_overloaded',
    retryAfterMs: 2000,
    message: 'The requests that wait here hold as much memory as they may ({heldBytes} bytes). Send it again later.',
  },
  connections_full: {
    status: 503,
    type: 'server_error',
    code: 'server_overloaded',
    retryAfterMs: 2000,
    message: 'More connections are open than this server takes ({max}). Send it again later.',
  },
  queue_timeout: {
    status: 503,
    type: 'server_error',
    retryAfterMs: 5000,
    message: '{pool} had no room for this request within {waitedMs} ms. Send it again later, or allow a longer wait.',
  },
  wait_too_long: {
    status: 503,
    type: 'server_error',
    code: 'queue_timeout',
    retryAfterMs: 5000,
    message:
      '{pool} would have no room for this request for about {predictedMs} ms, which is longer than it may wait. Send it again later, or allow a longer wait.',
  },
  no_replica: {
    status: 503,
    type: 'server_error',
    retryAfterMs: 10_000,
    message:
      'No replica of {pool} can serve this now. Send it again later; an operator sees why in `ssw-infer status`.',
  },
  not_ready: { status: 503, type: 'server_error', retryAfterMs: 5000, message: '{problem}' },
  draining: {
    status: 503,
    type: 'server_error',
    retryAfterMs: 5000,
    message: 'This server is about to stop and takes no new requests. Send it again in a moment.',
  },
  keys_unavailable: {
    status: 503,
    type: 'server_error',
    retryAfterMs: 5000,
    message:
      'This server could not read its API keys, and lets nobody in; its log says why. Send it again in a moment.',
  },
  queue_unavailable: {
    status: 503,
    type: 'server_error',
    retryAfterMs: 2000,
    message: 'The queue does not answer; requests that run go on. Send it again in a moment.',
  },
  cancelled_by_operator: {
    status: 503,
    type: 'server_error',
    retryAfterMs: 60_000,
    shouldRetry: false,
    message: 'An operator cancelled this request. Ask the operator before you send it again.',
  },
  not_a_gateway: {
    status: 503,
    type: 'server_error',
    retryAfterMs: 60_000,
    shouldRetry: false,
    message: 'This node runs replicas and takes no requests. Send it to a node with `gateway` among its `node.roles`.',
  },
} as const satisfies Record<string, ErrorKind>;
