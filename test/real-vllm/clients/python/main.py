"""Runs cases against a server with the official SDK: `python main.py CASE...`. One line of JSON per case on stdout."""

import json
import sys
import traceback

import errors
import shaped
import text

CASES = text.CASES | shaped.CASES | errors.CASES


def fate(name: str) -> str | None:
    """Why the case failed, or None."""
    try:
        CASES[name]()
    except Exception:
        return traceback.format_exc()
    return None


for name in sys.argv[1:]:
    print(json.dumps({"case": name, "failure": fate(name)}), flush=True)
