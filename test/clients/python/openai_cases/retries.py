"""Keys, limits, and what the SDK tries again by itself."""

import time

import openai
from refused import thrown, until_refused
from setting import CONFINED_KEY, LIMITED_KEY, MESSAGES, STRICT_SERVER

from openai_cases.client import BASE_URL, client, exactly

ASK = {"model": "light", "messages": MESSAGES, **exactly(1)}


def client_with(key: str, max_retries: int, base_url: str = BASE_URL) -> openai.OpenAI:
    return openai.OpenAI(base_url=base_url, api_key=key, max_retries=max_retries)


def wrong_key() -> None:
    wrong = client_with("wrong", 2)
    error = thrown(lambda: wrong.chat.completions.create(**ASK), openai.AuthenticationError)
    assert error.code == "invalid_api_key"


def never_retry() -> None:
    """A 429, which every SDK tries again unless `x-should-retry` says no."""
    strict = f"{STRICT_SERVER}/v1"
    wrong = client_with("wrong", 0, strict)
    error = until_refused(lambda: wrong.chat.completions.create(**ASK), openai.RateLimitError)
    assert error.response.headers["x-should-retry"] == "false"
    began = time.monotonic()
    thrown(lambda: client_with("wrong", 2, strict).chat.completions.create(**ASK), openai.RateLimitError)
    assert time.monotonic() - began < 0.4, "the shortest pause before another try"


def retry_after() -> None:
    """Waits as long as the server says, no shorter, and is served."""
    limited = client_with(LIMITED_KEY, 0)
    error = until_refused(lambda: limited.chat.completions.create(**ASK), openai.RateLimitError)
    headers = error.response.headers
    assert error.code == "rate_limit_exceeded"
    assert headers["x-should-retry"] == "true"
    assert int(headers["retry-after"]) >= 1
    began = time.monotonic()
    answer = client_with(LIMITED_KEY, 2).chat.completions.with_raw_response.create(**ASK)
    assert answer.retries_taken == 1
    assert (time.monotonic() - began) * 1000 > float(headers["retry-after-ms"]) * 0.5


def forbidden_model() -> None:
    ask = ASK | {"model": "heavy"}
    confined = client_with(CONFINED_KEY, 0)
    error = thrown(lambda: confined.chat.completions.create(**ask), openai.PermissionDeniedError)
    assert error.code == "model_not_allowed"


def stream_error() -> None:
    """The engine fails after its first token: the status has gone out, so it is an event."""
    stream = client.chat.completions.create(**ASK | exactly(8), stream=True)
    error = thrown(lambda: list(stream), openai.APIError)
    assert error.code == "engine_failed", error.code


CASES = [wrong_key, never_retry, retry_after, forbidden_model, stream_error]
