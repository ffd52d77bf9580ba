"""Answers in a given shape: tool calls and structured output."""

import json
from typing import Literal

import pydantic
from setting import MESSAGES, TOOL_QUESTION, WEATHER_SCHEMA

from openai_cases.client import client

# Random weights seldom end a call's arguments in time; so many seeds are tried until one does.
SEEDS_MAX = 12
CALL_TOKENS = 200

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city.",
        "parameters": WEATHER_SCHEMA,
    },
}
NAMED = {"type": "function", "function": {"name": "weather"}}
COLOUR = {
    "type": "object",
    "properties": {"colour": {"enum": ["red", "green"]}, "bright": {"type": "boolean"}},
    "required": ["colour", "bright"],
    "additionalProperties": False,
}


def ask(tool_choice, seed: int, **options):
    return client.chat.completions.create(
        model="light" if seed % 2 else "heavy",
        messages=MESSAGES,
        tools=[WEATHER],
        tool_choice=tool_choice,
        seed=seed,
        max_tokens=CALL_TOKENS,
        **options,
    )


def tools_auto() -> None:
    """With `auto` a model may answer in words, and random weights always do."""
    assert isinstance(ask("auto", 1).choices[0].message.content, str)


def is_forced(tool_choice) -> None:
    """A forced call comes back as a call, by its name. Its arguments are any JSON: vLLM holds them to the schema only
    under `strict`."""
    for seed in range(1, SEEDS_MAX + 1):
        calls = ask(tool_choice, seed).choices[0].message.tool_calls
        if calls:
            assert calls[0].type == "function"
            assert calls[0].function.name == "weather"
            return
    raise AssertionError(f"no call in {SEEDS_MAX} answers")


def tools_required() -> None:
    is_forced("required")


def tools_named() -> None:
    is_forced(NAMED)


def tools_stream() -> None:
    for seed in range(1, SEEDS_MAX + 1):
        deltas = [chunk.choices[0].delta for chunk in ask(NAMED, seed, stream=True) if chunk.choices]
        names = [call.function.name or "" for delta in deltas for call in delta.tool_calls or []]
        if names:
            assert "".join(names) == "weather"
            return
    raise AssertionError(f"no call in {SEEDS_MAX} streams")


def json_schema() -> None:
    answer = client.chat.completions.create(
        model="heavy",
        messages=MESSAGES,
        max_tokens=CALL_TOKENS,
        response_format={"type": "json_schema", "json_schema": {"name": "colour", "schema": COLOUR, "strict": True}},
    )
    found = json.loads(answer.choices[0].message.content)
    assert found["colour"] in ("red", "green")
    assert isinstance(found["bright"], bool)


def choice() -> None:
    """vLLM's own field, which must pass through untouched."""
    answer = client.chat.completions.create(
        model="light", messages=MESSAGES, extra_body={"structured_outputs": {"choice": ["red", "green"]}}
    )
    assert answer.choices[0].message.content in ("red", "green")


class Colour(pydantic.BaseModel):
    colour: Literal["red", "green"]
    bright: bool


def parse() -> None:
    """The SDK makes the schema, and the answer an object of the type."""
    answer = client.chat.completions.parse(
        model="heavy", messages=MESSAGES, max_tokens=CALL_TOKENS, response_format=Colour
    )
    assert isinstance(answer.choices[0].message.parsed, Colour)


def tool_answer() -> None:
    """A call that is answered is part of the next request."""
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Rome"}'}}
    answer = client.chat.completions.create(
        model="light",
        messages=[
            {"role": "user", "content": TOOL_QUESTION},
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
        ],
        tools=[WEATHER],
        tool_choice="none",
        max_tokens=8,
    )
    assert isinstance(answer.choices[0].message.content, str)


CASES = [tools_auto, tools_required, tools_named, tools_stream, json_schema, choice, parse, tool_answer]
