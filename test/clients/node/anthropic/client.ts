import Anthropic from '@anthropic-ai/sdk';
import { KEY, QUESTION, SERVER } from '../setting.ts';

/** No retries: a case must see what was answered, not what a second try made of it. */
export const client = new Anthropic({ baseURL: SERVER, apiKey: KEY, maxRetries: 0, timeout: 60_000 });

export const MESSAGES: Anthropic.MessageParam[] = [{ role: 'user', content: QUESTION }];
export const TOKENS = 16;
export const ASK = { model: 'light', messages: MESSAGES, max_tokens: TOKENS };
