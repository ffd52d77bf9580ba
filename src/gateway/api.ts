import { COMPLETIONS } from './dialects/completions.ts';
import type { Dialect } from './dialects/dialect.ts';
import { MESSAGES } from './dialects/messages.ts';
import { RESPONSES } from './dialects/responses.ts';

/** What is particular to one of the APIs that engines serve. */
export interface Api {
  readonly dialect: Dialect;
  /** What an engine does for it: answers token by token, reads a prompt once, or works on text alone. */
  readonly work: 'generate' | 'read' | 'count';
  /** Where a request says how long its answer may get; the first that does counts. */
  readonly outputLimits: readonly string[];
  /**
   * How long an answer may get whose request names no length: so many tokens, or the rest of the context. `none`: there is
   * none to give, as the engine refuses such a request, or its answer has no length.
   */
  readonly outputDefault: number | 'rest_of_context' | 'none';
  /** The member whose value an engine reads first; requests that begin it alike run best side by side. */
  readonly promptMember: string;
  /** Headers that tell the engine which form of the API its client speaks. */
  readonly versionHeaders: readonly string[];
  /** Whether a stream tells its usage only where its request asks for it (`stream_options`). */
  readonly usageOnRequest: boolean;
  /** Who tells a client its `service_tier`: we do, or the engine repeats what it was asked, or the API has none. */
  readonly tier: 'ours_to_tell' | 'repeated' | 'none';
}

const CHAT: Api = {
  dialect: COMPLETIONS,
  work: 'generate',
  outputLimits: ['max_completion_tokens', 'max_tokens'],
  outputDefault: 'rest_of_context',
  promptMember: 'messages',
  versionHeaders: [],
  usageOnRequest: true,
  tier: 'ours_to_tell',
};

/** Text completions know `max_tokens` alone, and are short where it is absent (vLLM, OpenAI). */
const COMPLETION: Api = { ...CHAT, outputLimits: ['max_tokens'], outputDefault: 16, promptMember: 'prompt' };

const RESPONSE: Api = {
  dialect: RESPONSES,
  work: 'generate',
  outputLimits: ['max_output_tokens'],
  outputDefault: 'rest_of_context',
  promptMember: 'input',
  versionHeaders: [],
  usageOnRequest: false,
  tier: 'repeated',
};

/** Claude API reference, "Versions". */
const MESSAGES_VERSIONS = ['anthropic-version', 'anthropic-beta'];

const MESSAGE: Api = {
  dialect: MESSAGES,
  work: 'generate',
  outputLimits: ['max_tokens'],
  outputDefault: 'none',
  promptMember: 'messages',
  versionHeaders: MESSAGES_VERSIONS,
  usageOnRequest: false,
  tier: 'none',
};

const COUNT: Api = {
  dialect: COMPLETIONS,
  work: 'count',
  outputLimits: [],
  outputDefault: 'none',
  promptMember: 'prompt',
  versionHeaders: [],
  usageOnRequest: false,
  tier: 'none',
};

/** Of what stands below Anthropic's API. */
const BELOW_MESSAGES: Api = { ...COUNT, dialect: MESSAGES, versionHeaders: MESSAGES_VERSIONS };

/** Anthropic's API, with all that stands below it. */
const MESSAGES_PATH = '/v1/messages';

/** Every path that goes through the queue to an engine, as vLLM has it. */
export const APIS: ReadonlyMap<string, Api> = new Map<string, Api>([
  ['/v1/chat/completions', CHAT],
  ['/v1/completions', COMPLETION],
  ['/v1/responses', RESPONSE],
  [MESSAGES_PATH, MESSAGE],
  [`${MESSAGES_PATH}/count_tokens`, BELOW_MESSAGES],
  ['/v1/embeddings', { ...COUNT, work: 'read' }],
  ['/tokenize', COUNT],
  ['/detokenize', COUNT],
]);

/** The API of a path. What is at none of them tells its errors as its neighbours do. */
export function apiOf(path: string): Api {
  return APIS.get(path) ?? (path.startsWith(`${MESSAGES_PATH}/`) ? BELOW_MESSAGES : COUNT);
}
