"""What all cases share. Each client has its own `*_client.py`."""

import os

# Where the server is, as `http://127.0.0.1:8000`; a user adds `/v1` where his client wants it.
SERVER = os.environ["SSW_SERVER"]
# One that forgives a single wrong key; empty where there is none.
STRICT_SERVER = os.environ["SSW_STRICT_SERVER"]
# An API key that may do everything; any word where the server asks for none.
KEY = os.environ["SSW_KEY"]
# A key with few requests a minute, and one that may not use `heavy`; empty where the server asks for none.
LIMITED_KEY = os.environ["SSW_LIMITED_KEY"]
CONFINED_KEY = os.environ["SSW_CONFINED_KEY"]

# Each pool by its name and by the real name of its model.
MODELS = ["heavy", "light", "Qwen/Qwen2.5-14B-Instruct-AWQ", "Qwen/Qwen3-8B-AWQ"]

# What a model with random weights says to it is noise.
QUESTION = "Name a colour."
MESSAGES = [{"role": "user", "content": QUESTION}]
# A simulated engine calls a tool that the question names.
TOOL_QUESTION = "Ask for the weather in Rome."
# Far more than the models' context of 2,048 tokens.
TOO_LONG = "word " * 5000
# An answer of so many tokens takes an engine seconds, far longer than a client's patience.
LONG_TOKENS = 1800
PATIENCE_S = 0.3

WEATHER_SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
