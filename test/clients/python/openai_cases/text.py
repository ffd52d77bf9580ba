"""Chat and completions, streamed and not."""

import asyncio

import openai
from refused import thrown
from setting import LONG_TOKENS, MESSAGES, MODELS, PATIENCE_S

from openai_cases.client import OPTIONS, client, exactly

TOKENS = 16
PARALLEL = 12
CHUNKS_READ = 5
# So many that the engines need several times as long for all of them as a client needs to leave.
STREAMS_LEFT = 12


def models() -> None:
    listed = [model.id for model in client.models.list()]
    assert set(MODELS) <= set(listed), listed
    assert client.models.retrieve("heavy").id == "heavy"


def model_pages() -> None:
    """One page, and the SDK does not ask for another."""
    page = client.models.list()
    assert not page.has_next_page()
    assert all(model.object == "model" for model in page.data)
    thrown(lambda: client.models.retrieve("no-such-model"), openai.NotFoundError)


def chat() -> None:
    for model in MODELS:
        answer = client.chat.completions.create(model=model, messages=MESSAGES, **exactly(TOKENS))
        assert answer.choices[0].message.role == "assistant"
        assert answer.choices[0].finish_reason == "length"
        assert answer.usage.completion_tokens == TOKENS
        assert answer.usage.total_tokens == answer.usage.prompt_tokens + TOKENS


def chat_stream_usage() -> None:
    for model in MODELS:
        stream = client.chat.completions.create(
            model=model, messages=MESSAGES, stream=True, stream_options={"include_usage": True}, **exactly(TOKENS)
        )
        chunks = list(stream)
        reasons = [choice.finish_reason for chunk in chunks for choice in chunk.choices if choice.finish_reason]
        assert reasons == ["length"], reasons
        assert chunks[-1].usage.completion_tokens == TOKENS
        assert len({chunk.id for chunk in chunks}) == 1


def chat_stream_helper() -> None:
    streamed, whole = "", None
    with client.chat.completions.stream(model="light", messages=MESSAGES, **exactly(TOKENS)) as stream:
        for event in stream:
            if event.type == "content.delta":
                streamed += event.delta
            elif event.type == "content.done":
                whole = event.content
    assert whole == streamed


def choices() -> None:
    answer = client.chat.completions.create(
        model="heavy", messages=MESSAGES, n=2, logprobs=True, top_logprobs=2, **exactly(TOKENS)
    )
    assert [choice.index for choice in answer.choices] == [0, 1]
    assert len(answer.choices[0].logprobs.content) == TOKENS


def completions() -> None:
    answer = client.completions.create(model="heavy", prompt=["Once", "Twice"], **exactly(TOKENS))
    assert len(answer.choices) == 2
    assert answer.usage.completion_tokens == 2 * TOKENS


def completions_stream() -> None:
    stream = client.completions.create(
        model="light", prompt="Once", stream=True, stream_options={"include_usage": True}, **exactly(TOKENS)
    )
    told = [chunk.usage.completion_tokens for chunk in stream if chunk.usage]
    assert told[-1] == TOKENS


async def ask_all(lengths: list[int]) -> list[int]:
    async with openai.AsyncOpenAI(**OPTIONS) as parallel_client:
        answers = await asyncio.gather(
            *(
                parallel_client.chat.completions.create(
                    model="light" if tokens % 2 else "heavy", messages=MESSAGES, **exactly(tokens)
                )
                for tokens in lengths
            )
        )
    return [answer.usage.completion_tokens for answer in answers]


def parallel() -> None:
    """More than the replicas run at once, each with a length of its own, so that a mixed-up answer shows."""
    lengths = list(range(1, PARALLEL + 1))
    assert asyncio.run(ask_all(lengths)) == lengths


def cancel_many() -> None:
    """Leaves long streams after a few chunks. That the engines stop too only their own counters tell."""
    streams = [
        client.chat.completions.create(model="heavy", messages=MESSAGES, stream=True, **exactly(LONG_TOKENS))
        for _ in range(STREAMS_LEFT)
    ]
    for stream in streams:
        for _ in range(CHUNKS_READ):
            next(stream)
        stream.close()


def time_out() -> None:
    """The engines stop here too."""
    impatient = client.with_options(timeout=PATIENCE_S)
    ask = {"model": "heavy", "messages": MESSAGES, **exactly(LONG_TOKENS)}
    thrown(lambda: impatient.chat.completions.create(**ask), openai.APITimeoutError)


CASES = [
    models,
    model_pages,
    chat,
    chat_stream_usage,
    chat_stream_helper,
    choices,
    completions,
    completions_stream,
    parallel,
    cancel_many,
    time_out,
]
