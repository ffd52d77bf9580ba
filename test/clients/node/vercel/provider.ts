import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { countingFetch } from '../attempts.ts';
import { KEY, SERVER } from '../setting.ts';

export function providerWith(apiKey: string) {
  const { seen, fetch } = countingFetch();
  const it = createOpenAICompatible({
    name: 'ssw-infer',
    baseURL: `${SERVER}/v1`,
    apiKey,
    includeUsage: true,
    supportsStructuredOutputs: true,
    fetch: Object.assign(fetch, { preconnect: () => undefined }),
  });
  return { seen, it };
}

export const provider = providerWith(KEY).it;
