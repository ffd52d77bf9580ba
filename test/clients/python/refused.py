"""Waiting for refusals."""

from collections.abc import Callable

# More than any limit of the server under test lets through at once.
TRIES_MAX = 200


def until_refused(one: Callable[[], object], refusal: type[Exception]) -> Exception:
    """Does `one` until it is refused; answers the refusal."""
    for _ in range(TRIES_MAX):
        try:
            one()
        except refusal as error:
            return error
        except Exception:  # noqa: BLE001 - refused otherwise, so far
            continue
    raise AssertionError(f"not refused in {TRIES_MAX} tries")


def thrown(one: Callable[[], object], error: type[Exception]) -> Exception:
    """What `one` raises, which must be an `error`."""
    try:
        answer = one()
    except error as caught:
        return caught
    raise AssertionError(f"no {error.__name__}: {answer}")
