"""LangChain for Python, with its client for OpenAI."""

from typing import Literal

import openai
import pydantic
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from refused import thrown, until_refused
from serve_cases import serve_cases
from setting import KEY, LIMITED_KEY, LONG_TOKENS, MODELS, PATIENCE_S, QUESTION, SERVER, TOO_LONG, TOOL_QUESTION

TOKENS = 16
CALL_TOKENS = 200
# vLLM's own field makes the length of an answer certain.
LONG = {"max_tokens": LONG_TOKENS, "extra_body": {"ignore_eos": True}}


def chat(model: str = "light", **options) -> ChatOpenAI:
    own = {"max_tokens": TOKENS, "api_key": KEY, "max_retries": 0, "timeout": 60}
    return ChatOpenAI(model=model, base_url=f"{SERVER}/v1", **own | options)


class Colour(pydantic.BaseModel):
    """A colour."""

    colour: Literal["red", "green"]
    bright: bool


@tool
def weather(city: str) -> str:
    """The weather of a city."""
    return f"sunny in {city}"


def invoke() -> None:
    for model in MODELS:
        answer = chat(model).invoke(QUESTION)
        assert isinstance(answer.content, str)
        assert answer.response_metadata["finish_reason"] in ("stop", "length")
        assert 0 < answer.usage_metadata["output_tokens"] <= TOKENS


def stream() -> None:
    chunks = list(chat(stream_usage=True).stream(QUESTION))
    assert "".join(chunk.content for chunk in chunks)
    assert sum(chunk.usage_metadata["output_tokens"] for chunk in chunks if chunk.usage_metadata) > 0


def chain() -> None:
    """A prompt and a model, several at once."""
    both = ChatPromptTemplate.from_messages([("system", "Be brief."), ("human", "Name a {thing}.")]) | chat()
    answers = both.batch([{"thing": "colour"}, {"thing": "city"}, {"thing": "river"}])
    assert all(isinstance(answer.content, str) for answer in answers)


def structured() -> None:
    """LangChain makes the schema, and the answer an object of the type."""
    model = chat("heavy", max_tokens=CALL_TOKENS).with_structured_output(Colour, method="json_schema")
    assert isinstance(model.invoke(QUESTION), Colour)


def tool_loop() -> None:
    """The model calls, the tool answers, the model goes on in words."""
    model = chat("heavy", max_tokens=CALL_TOKENS).bind_tools([weather])
    messages = [HumanMessage(TOOL_QUESTION)]
    first = model.invoke(messages)
    assert [call["name"] for call in first.tool_calls] == ["weather"], first
    results = [weather.invoke(call) for call in first.tool_calls]
    assert all(isinstance(result, ToolMessage) for result in results)
    last = model.invoke([*messages, first, *results])
    assert isinstance(last, AIMessage) and last.content and not last.tool_calls


def tool_stream() -> None:
    model = chat("heavy", max_tokens=CALL_TOKENS).bind_tools([weather])
    whole = None
    for chunk in model.stream(TOOL_QUESTION):
        whole = chunk if whole is None else whole + chunk
    assert [call["name"] for call in whole.tool_calls] == ["weather"], whole


def responses() -> None:
    """The same client by way of Responses."""
    answer = chat(use_responses_api=True, store=False).invoke(QUESTION)
    assert answer.usage_metadata["output_tokens"] <= TOKENS


def unknown_model() -> None:
    error = thrown(lambda: chat("no-such-model").invoke(QUESTION), openai.NotFoundError)
    assert error.code == "model_not_found"


def bad_parameter() -> None:
    error = thrown(lambda: chat(temperature=9).invoke(QUESTION), openai.BadRequestError)
    assert "temperature" in error.message


def too_long() -> None:
    error = thrown(lambda: chat().invoke(TOO_LONG), openai.BadRequestError)
    assert error.code == "context_length_exceeded"


def wrong_key() -> None:
    thrown(lambda: chat(api_key="wrong").invoke(QUESTION), openai.AuthenticationError)


def retry_after() -> None:
    """Waits as long as the server says and is served."""
    until_refused(lambda: chat(api_key=LIMITED_KEY, max_tokens=1).invoke(QUESTION), openai.RateLimitError)
    chat(api_key=LIMITED_KEY, max_tokens=1, max_retries=2).invoke(QUESTION)


def stream_error() -> None:
    """The engine fails after its first token: the status has gone out, so it is an event."""
    thrown(lambda: list(chat(max_tokens=64).stream(QUESTION)), openai.APIError)


def time_out() -> None:
    """The engine stops here too, as its own counters tell."""
    thrown(lambda: chat("heavy", **LONG, timeout=PATIENCE_S).invoke(QUESTION), openai.APITimeoutError)


def cancel() -> None:
    stream = chat("heavy", **LONG).stream(QUESTION)
    for _ in range(4):
        next(stream)
    stream.close()


serve_cases(
    invoke,
    stream,
    chain,
    structured,
    tool_loop,
    tool_stream,
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
