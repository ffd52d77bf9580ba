"""Fetches the models of a config's pools into the Hugging Face cache ($HF_HOME), each at the revision its pool names.

usage: python fetch_models.py CONFIG
Takes up where a broken download ended. A pool without `revision` gets what `main` is today, and is told of.
"""

import sys
from pathlib import Path

import yaml
from huggingface_hub import snapshot_download


def fetch(pool: str, model: str, revision: str | None) -> None:
    # The last part of a snapshot's path is its commit.
    commit = Path(snapshot_download(model, revision=revision)).name
    if revision is None:
        print(f"{pool}: {model} at {commit}; to stay with it, set pools.{pool}.revision: {commit}")
    else:
        print(f"{pool}: {model} at {commit}")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    config = yaml.safe_load(Path(sys.argv[1]).read_text())
    for pool, settings in config["pools"].items():
        if Path(settings["model"]).is_absolute() or settings["model"].startswith("${"):
            print(f"{pool}: {settings['model']} is a directory; nothing to fetch")
        else:
            fetch(pool, settings["model"], settings.get("revision"))


if __name__ == "__main__":
    main()
