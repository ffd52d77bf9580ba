"""Anthropic's SDK for Python."""

import time

import anthropic
from anthropic import beta_tool
from refused import thrown, until_refused
from serve_cases import serve_cases
from setting import (
    CONFINED_KEY,
    KEY,
    LIMITED_KEY,
    LONG_TOKENS,
    MESSAGES,
    MODELS,
    PATIENCE_S,
    SERVER,
    STRICT_SERVER,
    TOO_LONG,
    TOOL_QUESTION,
    WEATHER_SCHEMA,
)

# No retries: a case must see what was answered, not what a second try made of it.
client = anthropic.Anthropic(base_url=SERVER, api_key=KEY, max_retries=0, timeout=60)
TOKENS = 16
CALL_TOKENS = 200
ASK = {"model": "light", "messages": MESSAGES, "max_tokens": TOKENS}
ONE = ASK | {"max_tokens": 1}
LONG = {"model": "heavy", "messages": MESSAGES, "max_tokens": LONG_TOKENS}
WEATHER = {"name": "weather", "description": "The weather of a city.", "input_schema": WEATHER_SCHEMA}
FORCED = {
    "model": "heavy",
    "messages": [{"role": "user", "content": TOOL_QUESTION}],
    "max_tokens": CALL_TOKENS,
    "tools": [WEATHER],
    "tool_choice": {"type": "tool", "name": "weather"},
}


def text_of(message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def client_with(key: str, max_retries: int, base_url: str = SERVER) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=base_url, api_key=key, max_retries=max_retries)


def message() -> None:
    for model in MODELS:
        answer = client.messages.create(**ASK | {"model": model})
        assert (answer.type, answer.role) == ("message", "assistant")
        assert answer.stop_reason in ("end_turn", "max_tokens"), answer.stop_reason
        assert 0 < answer.usage.output_tokens <= TOKENS
        assert answer.usage.input_tokens > 0


def stream() -> None:
    events = [event.type for event in client.messages.create(**ASK, stream=True)]
    assert events[0] == "message_start"
    assert "content_block_delta" in events
    assert events[-2:] == ["message_delta", "message_stop"], events


def stream_helper() -> None:
    with client.messages.stream(**ASK) as running:
        streamed = "".join(running.text_stream)
        assert text_of(running.get_final_message()) == streamed


def count_tokens() -> None:
    short = client.messages.count_tokens(model="heavy", messages=MESSAGES)
    longer = client.messages.count_tokens(model="heavy", messages=MESSAGES, system="Be very brief.")
    assert 0 < short.input_tokens < longer.input_tokens


def models() -> None:
    assert set(MODELS) <= {model.id for model in client.models.list()}
    assert client.models.retrieve("heavy").id == "heavy"


def tool_use() -> None:
    answer = client.messages.create(**FORCED)
    assert answer.stop_reason == "tool_use", answer.stop_reason
    [use] = [block for block in answer.content if block.type == "tool_use"]
    assert use.name == "weather"
    assert "city" in use.input


def tool_stream() -> None:
    with client.messages.stream(**FORCED) as running:
        [use] = [block for block in running.get_final_message().content if block.type == "tool_use"]
    assert "city" in use.input


def tool_result() -> None:
    """A call that is answered is part of the next request."""
    call = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Rome"}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "sunny"}
    answer = client.messages.create(
        model="light",
        max_tokens=8,
        tools=[WEATHER],
        messages=[
            {"role": "user", "content": TOOL_QUESTION},
            {"role": "assistant", "content": [call]},
            {"role": "user", "content": [result]},
        ],
    )
    assert answer.role == "assistant"


def tool_runner() -> None:
    """The SDK's own loop: it calls the function and sends what that says back, until there is an answer in words."""
    cities = []

    @beta_tool
    def weather(city: str) -> str:
        """The weather of a city."""
        cities.append(city)
        return "sunny"

    last = client.beta.messages.tool_runner(
        model="heavy",
        messages=[{"role": "user", "content": TOOL_QUESTION}],
        max_tokens=CALL_TOKENS,
        max_iterations=4,
        tools=[weather],
    ).until_done()
    assert len(cities) == 1, cities
    assert text_of(last)


def unknown_model() -> None:
    error = thrown(lambda: client.messages.create(**ASK | {"model": "no-such-model"}), anthropic.NotFoundError)
    assert error.body["error"]["type"] == "not_found_error"
    assert "heavy" in error.message, "the message lists what there is"


def bad_parameter() -> None:
    hot = ASK | {"extra_body": {"temperature": 9}}
    error = thrown(lambda: client.messages.create(**hot), anthropic.BadRequestError)
    assert error.body["error"]["type"] == "invalid_request_error"


def too_long() -> None:
    ask = ASK | {"messages": [{"role": "user", "content": TOO_LONG}]}
    error = thrown(lambda: client.messages.create(**ask), anthropic.BadRequestError)
    assert error.body["error"]["type"] == "invalid_request_error"


def wrong_key() -> None:
    error = thrown(lambda: client_with("wrong", 2).messages.create(**ONE), anthropic.AuthenticationError)
    assert error.body["error"]["type"] == "authentication_error"


def never_retry() -> None:
    """A 429, which every SDK tries again unless `x-should-retry` says no."""
    wrong = client_with("wrong", 0, STRICT_SERVER)
    error = until_refused(lambda: wrong.messages.create(**ONE), anthropic.RateLimitError)
    assert error.response.headers["x-should-retry"] == "false"
    began = time.monotonic()
    thrown(lambda: client_with("wrong", 2, STRICT_SERVER).messages.create(**ONE), anthropic.RateLimitError)
    assert time.monotonic() - began < 0.4, "the shortest pause before another try"


def retry_after() -> None:
    """Waits as long as the server says, no shorter, and is served."""
    limited = client_with(LIMITED_KEY, 0)
    error = until_refused(lambda: limited.messages.create(**ONE), anthropic.RateLimitError)
    began = time.monotonic()
    answer = client_with(LIMITED_KEY, 2).messages.with_raw_response.create(**ONE)
    assert answer.retries_taken == 1
    assert (time.monotonic() - began) * 1000 > float(error.response.headers["retry-after-ms"]) * 0.5


def forbidden_model() -> None:
    confined = client_with(CONFINED_KEY, 0)
    error = thrown(lambda: confined.messages.create(**ONE | {"model": "heavy"}), anthropic.PermissionDeniedError)
    assert error.body["error"]["type"] == "permission_error"


def stream_error() -> None:
    """The engine fails after its first token: the status has gone out, so it is an event."""
    running = client.messages.create(**ASK | {"max_tokens": 64}, stream=True)
    error = thrown(lambda: list(running), anthropic.APIStatusError)
    assert error.body["error"]["type"] == "api_error", error.body


def silence() -> None:
    """What is not streamed has the patience that is asked for, and no more."""
    impatient = client.with_options(timeout=PATIENCE_S)
    thrown(lambda: impatient.messages.create(**LONG), anthropic.APITimeoutError)


def cancel() -> None:
    running = client.messages.create(**LONG, stream=True)
    for _ in range(4):
        next(running)
    running.close()


serve_cases(
    message,
    stream,
    stream_helper,
    count_tokens,
    models,
    tool_use,
    tool_stream,
    tool_result,
    tool_runner,
    unknown_model,
    bad_parameter,
    too_long,
    wrong_key,
    never_retry,
    retry_after,
    forbidden_model,
    stream_error,
    silence,
    cancel,
)
