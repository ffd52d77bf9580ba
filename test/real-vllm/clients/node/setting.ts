import OpenAI from 'openai';

/** Base URL with `/v1`, as an SDK's user writes it. */
const baseURL = process.env['SSW_BASE_URL'];
if (baseURL === undefined) throw new Error('SSW_BASE_URL is not set; for example http://127.0.0.1:8000/v1');

/** No retries: a case must see what was answered, not what a second try made of it. */
export const client = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0, timeout: 60_000 });

/** Each pool by its name and by the real name of its model. */
export const MODELS = ['heavy', 'light', 'Qwen/Qwen2.5-14B-Instruct-AWQ', 'Qwen/Qwen3-8B-AWQ'] as const;

/** One question; what a model with random weights answers is noise. */
export const MESSAGES: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Name a colour.' }];

/** vLLM's own field, which makes the length of an answer certain. */
export const EXACTLY = <T extends number>(tokens: T) => ({ max_tokens: tokens, ignore_eos: true });

/** One thing a user of the SDK does, with what must come of it; it throws where that does not come. */
export type Case = () => Promise<void>;
