"""Errors, as the SDK's own types."""

import openai
from setting import MESSAGES, TOO_LONG

from openai_cases.client import client


def refusal(**body) -> openai.APIStatusError:
    try:
        answer = client.chat.completions.create(**body)
    except openai.APIStatusError as error:
        return error
    raise AssertionError(f"no API error: {answer}")


def unknown_model() -> None:
    error = refusal(model="no-such-model", messages=MESSAGES)
    assert isinstance(error, openai.NotFoundError)
    assert error.code == "model_not_found"
    assert "heavy" in error.message, "the message lists what there is"


def bad_parameter() -> None:
    """Refused by vLLM itself; its numeric code must have become a word."""
    error = refusal(model="heavy", messages=MESSAGES, temperature=9)
    assert isinstance(error, openai.BadRequestError)
    assert error.code == "invalid_request_error"
    assert "temperature" in error.message


def too_long() -> None:
    error = refusal(model="light", messages=[{"role": "user", "content": TOO_LONG}], max_tokens=5)
    assert isinstance(error, openai.BadRequestError)
    assert error.code == "context_length_exceeded"


def unknown_url() -> None:
    try:
        client.get("/no/such/thing", cast_to=object)
    except openai.NotFoundError:
        return
    raise AssertionError("no NotFoundError")


CASES = [unknown_model, bad_parameter, too_long, unknown_url]
