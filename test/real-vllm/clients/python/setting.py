"""What all cases share."""

import os

import openai

# No retries: a case must see what was answered, not what a second try made of it.
OPTIONS = {"base_url": os.environ["SSW_BASE_URL"], "api_key": "none", "max_retries": 0, "timeout": 60}
client = openai.OpenAI(**OPTIONS)

# Each pool by its name and by the real name of its model.
MODELS = ["heavy", "light", "Qwen/Qwen2.5-14B-Instruct-AWQ", "Qwen/Qwen3-8B-AWQ"]

# One question; what a model with random weights answers is noise.
MESSAGES = [{"role": "user", "content": "Name a colour."}]


def exactly(tokens: int) -> dict:
    """vLLM's own field makes the length of an answer certain."""
    return {"max_tokens": tokens, "extra_body": {"ignore_eos": True}}
