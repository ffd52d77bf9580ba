"""Brings the models of a config's pools into the Hugging Face cache ($HF_HOME), each at the revision its pool names, and
verifies them against a lock of checksums.

usage: python fetch_models.py CONFIG LOCK [FOLDER]
With FOLDER the models are copied from FOLDER/huggingface; FOLDER/models.lock then has the say where LOCK knows nothing.
Takes up where a broken download ended. A pool without `revision` gets what `main` is today, and is told of.
"""

import os
import re
import shutil
import sys
import time
from pathlib import Path

import yaml
from huggingface_hub import snapshot_download

from checksums import Lock, checksums_of

TRIES = 3
PAUSE_S = 2
COMMIT = re.compile("[0-9a-f]{40}")


def main() -> int:
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    config = yaml.safe_load(Path(sys.argv[1]).read_text())
    lock = Lock(Path(sys.argv[2]))
    folder = Path(sys.argv[3]) if len(sys.argv) == 4 else None
    wanted = sorted({(it["model"], it.get("revision")) for it in config["pools"].values()}, key=str)
    complaints = [it for model, revision in wanted for it in bring(model, revision, lock, folder)]
    for complaint in complaints:
        print(f"FAIL {complaint}", file=sys.stderr)
    return 1 if complaints else 0


def bring(model: str, revision: str | None, lock: Lock, folder: Path | None) -> list[str]:
    """What is wrong with a model, once it has been brought."""
    if Path(model).is_absolute() or model.startswith("${"):
        print(f"{model} is a directory; nothing to fetch")
        return []
    try:
        if folder is not None:
            copy(model, folder)
        snapshot = download(model, revision)
    except Exception as error:
        return [f"{model}: {error}"]
    # The last part of a snapshot's path is its commit.
    commit = snapshot.name
    if revision is not None and COMMIT.fullmatch(revision) and commit != revision:
        return [f"{model}: asked for {revision}, got {commit}"]
    if revision is None:
        print(f"{model}: no pool pins it; to stay with this one, set revision: {commit}")
    return verify(f"{model}@{commit}", snapshot, lock, folder)


def copy(model: str, folder: Path) -> None:
    name = "models--" + model.replace("/", "--")
    source = folder / "huggingface" / "hub" / name
    if not source.is_dir():
        raise FileNotFoundError(f"{source} is not there")
    shutil.copytree(source, Path(os.environ["HF_HOME"]) / "hub" / name, symlinks=True, dirs_exist_ok=True)


def download(model: str, revision: str | None) -> Path:
    for tries_left in reversed(range(TRIES)):
        try:
            return Path(snapshot_download(model, revision=revision))
        except (OSError, RuntimeError):
            if tries_left == 0 or "HF_HUB_OFFLINE" in os.environ:
                raise
            time.sleep(PAUSE_S)
    raise AssertionError("unreachable")


def verify(name: str, snapshot: Path, lock: Lock, folder: Path | None) -> list[str]:
    found = checksums_of(snapshot)
    known = lock.of(name) or (Lock(folder / "models.lock").of(name) if folder is not None else {})
    if not known:
        lock.add(name, found)
        print(f"{name}: {len(found)} files, written into {lock.path} for the first time")
        return []
    complaints = [
        *(f"{name}/{it}: is missing" for it in sorted(known.keys() - found.keys())),
        *(f"{name}/{it}: is not in the lock" for it in sorted(found.keys() - known.keys())),
        *(f"{name}/{it}: is not what the lock says" for it in sorted(known.keys() & found.keys()) if known[it] != found[it]),
    ]
    if not complaints:
        lock.add(name, known)
        print(f"{name}: {len(found)} files, as locked")
    return complaints


if __name__ == "__main__":
    sys.exit(main())
