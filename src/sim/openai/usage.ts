/** Token counts as an answer reports them. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export const usageJson = ({ promptTokens, completionTokens }: Usage): string =>
  `{"prompt_tokens":${promptTokens},"total_tokens":${promptTokens + completionTokens},"completion_tokens":${completionTokens},"prompt_tokens_details":null}`;
