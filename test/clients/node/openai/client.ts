import OpenAI from 'openai';
import { KEY, QUESTION, SERVER } from '../setting.ts';

/** A base URL with `/v1`, as an SDK's user writes it. */
export const baseURL = `${SERVER}/v1`;

/** No retries: a case must see what was answered, not what a second try made of it. */
export const client = new OpenAI({ baseURL, apiKey: KEY, maxRetries: 0, timeout: 60_000 });

export const MESSAGES: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: QUESTION }];

/** vLLM's own field, which makes the length of an answer certain. */
export const EXACTLY = <T extends number>(tokens: T) => ({ max_tokens: tokens, ignore_eos: true });
