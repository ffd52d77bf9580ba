"""What Schemathesis cannot know of this server, and two checks of our own."""

import itertools
import re
import uuid

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.core.parameters import ParameterLocation

# A schema says that a model is named by text, not which ones there are. Embeddings have a model of their own.
MODELS = ("heavy", "light", "auto", "smart")
EMBEDDING_MODEL = "texts"
EMBEDDINGS = "/v1/embeddings"
# What would take long, or is more than the simulated model's context.
LIMITS = {"max_tokens": 32, "max_completion_tokens": 32, "max_output_tokens": 32, "n": 4}

INSIDES = re.compile(
    r"node_modules|\.ts:\d|\bat (async )?[\w.<>]+ \(|/(tmp|work|home|root|proc|usr|var|run)/|\.sock\b|redis|ECONN\w+"
    r"|\bBun\b|\b(Syntax|Type|Range|Reference)Error\b|Traceback|127\.0\.0\.1",
    re.IGNORECASE,
)

KEY_CHARACTERS_MAX = 255
# Who may not wait at all is told 503, rightly.
DEADLINE_MS_MIN = 60_000
NUMBER = r"\d+(\.\d+)?(e[+-]?\d+)?"

# Keys of earlier runs against the same server are not met again.
RUN = uuid.uuid4().hex
numbers = itertools.count()


@schemathesis.hook
def filter_case(context, case):
    """Headers that nobody reads are no mistake."""
    headers = case.headers or {}
    if "ssw-idempotency" in headers and "idempotency-key" not in headers:
        return False
    return not any(name.endswith("schemathesis-unknown-property") for name in headers)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Asks for a model that is there, and for answers that end soon; what is of a wrong type stays so."""
    path = case.operation.path
    if path == "/v1/models/{id}" and next(numbers) % 2:
        case.path_parameters["id"] = MODELS[0]
    key = (case.headers or {}).get("idempotency-key")
    if isinstance(key, str) and 0 < len(key) <= KEY_CHARACTERS_MAX:  # a new one each time: the same is for the same bytes
        case.headers["idempotency-key"] = f"{RUN}{next(numbers)}-{key}"[:KEY_CHARACTERS_MAX]
    deadline = (case.headers or {}).get("x-ssw-deadline-ms")
    if isinstance(deadline, str) and re.fullmatch(NUMBER, deadline) and 0 < float(deadline) < DEADLINE_MS_MIN:
        case.headers["x-ssw-deadline-ms"] = str(DEADLINE_MS_MIN)
    if isinstance(case.body, dict):
        tame(case.body, path)
        if case.meta.generation.mode.is_positive:
            agree(case.body)
    if path == EMBEDDINGS and "x-ssw-pool" in (case.headers or {}):
        case.headers["x-ssw-pool"] = EMBEDDING_MODEL


def tame(body, path):
    if isinstance(body.get("model", ""), str):
        asked = body.get("model", "")
        body["model"] = EMBEDDING_MODEL if path == EMBEDDINGS else MODELS[len(asked) % len(MODELS)]
    for field, most in LIMITS.items():
        if type(body.get(field)) in (int, float) and body[field] > most:
            body[field] = most


def agree(body):
    """Engines refuse what does not go together: options of a stream that is none, the choice of a tool that is not there."""
    if body.get("stream") is not True:
        body.pop("stream_options", None)
    if not body.get("tools") or isinstance(body.get("tool_choice"), dict):
        body.pop("tool_choice", None)
    if body.get("logprobs") is not True:
        body.pop("top_logprobs", None)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """The fields of a body are the engine's to judge, and a simulated one is less strict than vLLM."""
    return not (isinstance(failure, AcceptedNegativeData) and is_of_body_alone(case))


def is_of_body_alone(case):
    violated = [where for where in ParameterLocation if case.meta.is_negative_at(where)]
    return violated == [ParameterLocation.BODY]


@schemathesis.check
def refuses_what_is_no_request(ctx, response, case):
    """What is no JSON object, or names its model by something else than text, is refused before an engine sees it."""
    if isinstance(case.body, dict):
        if isinstance(case.body.get("model"), (str, type(None))):
            return
    elif case.operation.method.upper() != "POST" or case.method.upper() != "POST":
        return
    assert response.status_code in (400, 401, 413, 415), response.status_code


@schemathesis.check
def tells_nothing_of_our_insides(ctx, response, case):
    """No stack, path, socket or name of a part of this server is in an error."""
    if response.status_code < 400:
        return
    text = response.content.decode("utf-8", "replace")
    found = INSIDES.search(text)
    said = f"{case.body} {case.headers} {case.path_parameters}"
    assert found is None or found.group(0) in said, f"{found.group(0)!r} in {text[:300]!r}"


@schemathesis.check
def says_whether_to_try_again(ctx, response, case):
    """Every answer has an id, and a refusal says whether to send it again."""
    assert "x-request-id" in response.headers
    if response.status_code >= 400:
        assert response.headers.get("x-should-retry") in (["true"], ["false"]), response.headers
