"""Checksums of the files of models: a lock as sha256sum(1) writes it, with MODEL@COMMIT/PATH for a name."""

import hashlib
import os
from pathlib import Path

HEADER = "# Files of models and their SHA-256; written by fetch-models.sh when it first saw them, checked ever since.\n"


def checksums_of(snapshot: Path) -> dict[str, str]:
    """By path below the snapshot; links are followed, for the cache keeps contents elsewhere."""
    files = sorted(it for it in snapshot.rglob("*") if it.is_file() or it.is_symlink())
    return {it.relative_to(snapshot).as_posix(): sha256_of(it) for it in files}


def sha256_of(file: Path) -> str:
    """Of what is missing it is 'missing': a link may lead nowhere."""
    if not file.exists():
        return "missing"
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


class Lock:
    """The lock's file; one that is not there knows nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def of(self, name: str) -> dict[str, str]:
        return {path: digest for digest, model, path in self._entries() if model == name}

    def add(self, name: str, checksums: dict[str, str]) -> None:
        if self.of(name) == checksums:
            return
        others = [it for it in self._entries() if it[1] != name]
        entries = sorted([*others, *((digest, name, path) for path, digest in checksums.items())], key=lambda it: it[1:])
        draft = self.path.with_name(self.path.name + ".new")
        draft.write_text(HEADER + "".join(f"{digest}  {model}/{path}\n" for digest, model, path in entries))
        os.replace(draft, self.path)

    def _entries(self) -> list[tuple[str, str, str]]:
        """A name is ORG/MODEL@COMMIT, or MODEL@COMMIT; what follows it is the path."""
        if not self.path.exists():
            return []
        lines = [it for it in self.path.read_text().splitlines() if it and not it.startswith("#")]
        return [(digest, *split_name(name)) for digest, name in (it.split("  ", 1) for it in lines)]


def split_name(text: str) -> tuple[str, str]:
    model, _, rest = text.partition("@")
    commit, _, path = rest.partition("/")
    return f"{model}@{commit}", path
