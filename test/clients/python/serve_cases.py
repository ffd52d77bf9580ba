"""Runs the case of each line of stdin, one after the other; answers each with a line of JSON on stdout."""

import json
import os
import sys
import traceback
from collections.abc import Callable

Case = Callable[[], None]


def serve_cases(*cases: Case) -> None:
    named = {case.__name__: case for case in cases}
    for line in sys.stdin:
        name = line.strip()
        print(json.dumps({"case": name, "failure": fate(named.get(name))}), flush=True)
    os._exit(0)  # a client may keep threads and connections


def fate(case: Case | None) -> str | None:
    """Why the case failed, or None."""
    if case is None:
        return "there is no such case"
    try:
        case()
    except Exception:
        return traceback.format_exc()
    return None
