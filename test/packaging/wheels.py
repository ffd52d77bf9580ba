"""Stand-ins for vLLM: `python wheels.py FOLDER LOCK` makes a wheel of the version that LOCK names, and writes its hash there."""

import base64
import hashlib
import re
import sys
import zipfile
from pathlib import Path

PROGRAM = "import importlib.metadata\n\n\ndef main():\n    print(importlib.metadata.version('vllm'))\n"

folder, lock = Path(sys.argv[1]), Path(sys.argv[2])
version = re.search(r"^vllm==(\S+)", lock.read_text(), re.MULTILINE).group(1)
info = f"vllm-{version}.dist-info"
files = {
    "vllm_stand_in.py": PROGRAM,
    f"{info}/METADATA": f"Metadata-Version: 2.1\nName: vllm\nVersion: {version}\n",
    f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: lane\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{info}/entry_points.txt": "[console_scripts]\nvllm = vllm_stand_in:main\n",
}


def entry(name: str, text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(text.encode())}\n"


record = "".join(entry(name, text) for name, text in files.items()) + f"{info}/RECORD,,\n"
wheel = folder / f"vllm-{version}-py3-none-any.whl"
with zipfile.ZipFile(wheel, "w") as archive:
    for name, text in {**files, f"{info}/RECORD": record}.items():
        archive.writestr(name, text)
lock.write_text(f"vllm=={version} \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
