"""OpenAI's SDK, as its users make it."""

import openai
from setting import KEY, SERVER

BASE_URL = f"{SERVER}/v1"
# No retries: a case must see what was answered, not what a second try made of it.
OPTIONS = {"base_url": BASE_URL, "api_key": KEY, "max_retries": 0, "timeout": 60}
client = openai.OpenAI(**OPTIONS)


def exactly(tokens: int) -> dict:
    """vLLM's own field makes the length of an answer certain."""
    return {"max_tokens": tokens, "extra_body": {"ignore_eos": True}}
