"""A hub of models as far as huggingface_hub asks one: `python hub.py FOLDER PORT_FILE`.

FOLDER/ORG/NAME/COMMIT/ has the files; `main` is the last commit by name. Writes the port it listens on.
"""

import hashlib
import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

folder = Path(sys.argv[1])
INFO = re.compile(r"/api/models/(?P<model>[^/]+/[^/]+)/revision/(?P<revision>[^/?]+)")
TREE = re.compile(r"/api/models/(?P<model>[^/]+/[^/]+)/tree/(?P<revision>[^/?]+)")
FILE = re.compile(r"/(?P<model>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)")


class Hub(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if found := INFO.match(self.path):
            self.info(folder / found["model"], found["revision"])
        elif found := TREE.match(self.path):
            self.tree(folder / found["model"], found["revision"])
        elif found := FILE.match(self.path):
            self.file(folder / found["model"], found["revision"], found["path"])
        else:
            self.send_error(404)

    do_HEAD = do_GET

    def info(self, model: Path, revision: str) -> None:
        commit = commit_of(model, revision)
        if commit is None:
            self.refuse("RevisionNotFound" if model.is_dir() else "RepoNotFound")
            return
        siblings = [{"rfilename": it.relative_to(commit).as_posix()} for it in files_of(commit)]
        body = {"id": model.relative_to(folder).as_posix(), "sha": commit.name, "siblings": siblings, "tags": []}
        self.answer(json.dumps(body).encode(), {"Content-Type": "application/json"})

    def tree(self, model: Path, revision: str) -> None:
        commit = commit_of(model, revision)
        if commit is None:
            self.refuse("RevisionNotFound")
            return
        body = [
            {"type": "file", "path": it.relative_to(commit).as_posix(), "size": it.stat().st_size, "oid": sha256_of(it)[:40]}
            for it in files_of(commit)
        ]
        self.answer(json.dumps(body).encode(), {"Content-Type": "application/json"})

    def file(self, model: Path, revision: str, path: str) -> None:
        commit = commit_of(model, revision)
        if commit is None or not (commit / path).is_file():
            self.refuse("EntryNotFound")
            return
        etag = sha256_of(commit / path)
        self.answer((commit / path).read_bytes(), {"ETag": f'"{etag}"', "X-Repo-Commit": commit.name, "Accept-Ranges": "bytes"})

    def refuse(self, code: str) -> None:
        self.send_response(404)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer(self, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


def files_of(commit: Path) -> list[Path]:
    return [it for it in sorted(commit.rglob("*")) if it.is_file()]


def sha256_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def commit_of(model: Path, revision: str) -> Path | None:
    if not model.is_dir():
        return None
    if revision == "main":
        return sorted(model.iterdir())[-1]
    return model / revision if (model / revision).is_dir() else None


server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
Path(sys.argv[2]).write_text(str(server.server_address[1]))
server.serve_forever()
