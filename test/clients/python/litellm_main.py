"""LiteLLM as a client: as an OpenAI-compatible server, and by Anthropic's API."""

import json

import litellm
from refused import thrown, until_refused
from serve_cases import serve_cases
from setting import (
    KEY,
    LIMITED_KEY,
    LONG_TOKENS,
    MESSAGES,
    MODELS,
    PATIENCE_S,
    SERVER,
    TOO_LONG,
    TOOL_QUESTION,
    WEATHER_SCHEMA,
)

litellm.suppress_debug_info = True
litellm.telemetry = False

TOKENS = 16
CALL_TOKENS = 200
# vLLM's own field makes the length of an answer certain.
LONG = {"max_tokens": LONG_TOKENS, "extra_body": {"ignore_eos": True}}
WEATHER = {
    "type": "function",
    "function": {"name": "weather", "description": "The weather of a city.", "parameters": WEATHER_SCHEMA},
}
COLOUR = {
    "type": "object",
    "properties": {"colour": {"enum": ["red", "green"]}, "bright": {"type": "boolean"}},
    "required": ["colour", "bright"],
    "additionalProperties": False,
}


def ask(model: str = "light", **options):
    own = {"messages": MESSAGES, "max_tokens": TOKENS, "api_key": KEY, "max_retries": 0}
    return litellm.completion(model=f"openai/{model}", api_base=f"{SERVER}/v1", **own | options)


def completion() -> None:
    for model in MODELS:
        answer = ask(model)
        assert answer.choices[0].finish_reason in ("stop", "length")
        assert 0 < answer.usage.completion_tokens <= TOKENS


def stream() -> None:
    chunks = list(ask(stream=True, stream_options={"include_usage": True}))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert any(getattr(chunk, "usage", None) for chunk in chunks)


def structured() -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "colour", "schema": COLOUR, "strict": True}}
    answer = json.loads(ask("heavy", max_tokens=CALL_TOKENS, response_format=schema).choices[0].message.content)
    assert answer["colour"] in ("red", "green")


def tool_loop() -> None:
    """The model calls, the tool answers, the model goes on in words."""
    messages = [{"role": "user", "content": TOOL_QUESTION}]
    first = ask("heavy", messages=messages, tools=[WEATHER], max_tokens=CALL_TOKENS).choices[0].message
    [call] = first.tool_calls
    assert call.function.name == "weather"
    assert "city" in json.loads(call.function.arguments)
    result = {"role": "tool", "tool_call_id": call.id, "content": "sunny"}
    last = ask("heavy", messages=[*messages, first.model_dump(), result], tools=[WEATHER]).choices[0].message
    assert last.content and not last.tool_calls


def anthropic() -> None:
    """By /v1/messages."""
    answer = litellm.completion(
        model="anthropic/light", api_base=SERVER, api_key=KEY, messages=MESSAGES, max_tokens=TOKENS, max_retries=0
    )
    assert answer.choices[0].finish_reason in ("stop", "length")
    assert 0 < answer.usage.completion_tokens <= TOKENS


def responses() -> None:
    answer = litellm.responses(
        model="openai/light", api_base=f"{SERVER}/v1", api_key=KEY, input="Name a colour.", max_output_tokens=TOKENS
    )
    assert answer.status in ("completed", "incomplete")


def unknown_model() -> None:
    thrown(lambda: ask("no-such-model"), litellm.NotFoundError)


def bad_parameter() -> None:
    error = thrown(lambda: ask(temperature=9), litellm.BadRequestError)
    assert "temperature" in error.message


def too_long() -> None:
    """It knows a context that is too short by the words of the message or by the code."""
    ask_too_long = lambda: ask(messages=[{"role": "user", "content": TOO_LONG}])  # noqa: E731
    thrown(ask_too_long, litellm.ContextWindowExceededError)


def wrong_key() -> None:
    thrown(lambda: ask(api_key="wrong"), litellm.AuthenticationError)


def retry_after() -> None:
    """Waits as long as the server says and is served."""
    until_refused(lambda: ask(api_key=LIMITED_KEY, max_tokens=1), litellm.RateLimitError)
    ask(api_key=LIMITED_KEY, max_tokens=1, max_retries=2)


def stream_error() -> None:
    """The engine fails after its first token: the status has gone out, so it is an event."""
    error = thrown(lambda: list(ask(max_tokens=64, stream=True)), litellm.exceptions.MidStreamFallbackError)
    assert "The engine failed" in error.message


def time_out() -> None:
    """The engine stops here too, as its own counters tell."""
    thrown(lambda: ask("heavy", **LONG, timeout=PATIENCE_S), litellm.Timeout)


def cancel() -> None:
    running = ask("heavy", **LONG, stream=True)
    for _ in range(4):
        next(running)
    running.completion_stream.close()


serve_cases(
    completion,
    stream,
    structured,
    tool_loop,
    anthropic,
    responses,
    unknown_model,
    bad_parameter,
    too_long,
    wrong_key,
    retry_after,
    stream_error,
    time_out,
    cancel,
)
