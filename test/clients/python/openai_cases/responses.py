"""Responses, which nothing here stores."""

import openai
from refused import thrown
from setting import QUESTION

from openai_cases.client import client
from openai_cases.shaped import Colour

TOKENS = 16
ASK = {"model": "light", "input": QUESTION, "max_output_tokens": TOKENS, "store": False}


def responses() -> None:
    answer = client.responses.create(**ASK, instructions="Be brief.")
    assert answer.object == "response"
    assert answer.status in ("completed", "incomplete")
    assert isinstance(answer.output_text, str)
    assert answer.usage.output_tokens <= TOKENS


def responses_stream() -> None:
    events = list(client.responses.create(**ASK, stream=True))
    assert events[0].type == "response.created"
    assert events[-1].type in ("response.completed", "response.incomplete"), events[-1].type
    assert [event.sequence_number for event in events] == list(range(len(events)))


def responses_helper() -> None:
    streamed = ""
    with client.responses.stream(**ASK) as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                streamed += event.delta
            elif event.type in ("response.completed", "response.incomplete"):
                assert event.response.output_text == streamed


def responses_parse() -> None:
    answer = client.responses.parse(**ASK | {"max_output_tokens": 200}, text_format=Colour)
    assert isinstance(answer.output_parsed, Colour)


def responses_stored() -> None:
    """Nothing is stored, so there is nothing to go on from."""
    stored = lambda: client.responses.create(**ASK, previous_response_id="resp_1")  # noqa: E731
    error = thrown(stored, openai.APIStatusError)
    assert error.status_code in (400, 404), error.status_code
    assert isinstance(error.code, str)


def embeddings() -> None:
    """No pool here has a model that embeds."""
    error = thrown(lambda: client.embeddings.create(model="heavy", input=QUESTION), openai.APIStatusError)
    assert error.status_code in (400, 404), error.status_code


CASES = [responses, responses_stream, responses_helper, responses_parse, responses_stored, embeddings]
