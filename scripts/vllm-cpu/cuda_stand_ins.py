"""Builds stand-ins for the NVIDIA libraries that PyPI's torch links against and a CPU-only process never calls.

usage: PYTHON cuda_stand_ins.py
PYTHON is the interpreter whose torch gets them. Needs a C compiler ($CC, else cc) and readelf (binutils).

PyPI's x86-64 torch is the CUDA build, and its NVIDIA libraries are plain link dependencies: without them `import torch`
fails, with them 3 GB are installed for nothing. Each stand-in exports, under the same symbol versions, exactly the
functions that torch imports from the real one; each of them returns 100, cudaErrorNoDevice. `torch.cuda.is_available()`
is then False, as on any machine without a card.
"""

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

CUDA_ERROR_NO_DEVICE = 100
TORCH_LIBRARIES = ("libtorch", "libc10", "libcaffe2")
NVIDIA_LIBRARY = re.compile(r"lib(?:cu|nccl|nv)[^\]\s]*")
NVIDIA_FUNCTION = re.compile(r"(?:cu|nccl|nv|__cuda)\w*")


@dataclass
class Imports:
    """What torch's libraries want of NVIDIA's, together."""

    libraries: set[str] = field(default_factory=set)
    library_of_version: dict[str, str] = field(default_factory=dict)
    functions_of_version: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    # Imported without a version: any library may supply them.
    unversioned: set[str] = field(default_factory=set)


def readelf(flag: str, file: Path) -> str:
    command = ["readelf", "--wide", flag, str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"}).stdout


def read_imports(files: list[Path]) -> Imports:
    imports = Imports()
    for file in files:
        imports.libraries |= set(re.findall(rf"\(NEEDED\).*\[({NVIDIA_LIBRARY.pattern})\]", readelf("--dynamic", file)))
        read_versions(readelf("--version-info", file), imports)
        read_functions(readelf("--dyn-syms", file), imports)
    return imports


def read_versions(version_info: str, imports: Imports) -> None:
    """Lines `Version: 1  File: libcublas.so.13  Cnt: 1`, each followed by the versions wanted of that file."""
    library = ""
    for line in version_info.splitlines():
        if found := re.search(r"File: (\S+)", line):
            library = found[1]
        elif (found := re.search(r"Name: (\S+)", line)) and NVIDIA_LIBRARY.fullmatch(library):
            imports.library_of_version[found[1]] = library


def read_functions(symbols: str, imports: Imports) -> None:
    for name, version in re.findall(r"\bUND\s+(\w+)(?:@+(\S+))?", symbols):
        if version:
            imports.functions_of_version[version].add(name)
        elif NVIDIA_FUNCTION.fullmatch(name):
            imports.unversioned.add(name)


def functions_of(library: str, imports: Imports) -> tuple[dict[str, set[str]], set[str]]:
    """The functions that one stand-in exports: those with a version by version, and those without."""
    versioned = {
        version: imports.functions_of_version[version]
        for version, owner in imports.library_of_version.items()
        if owner == library and imports.functions_of_version[version]
    }
    if versioned and not library.startswith("libcuda.so"):
        return versioned, set()
    return versioned, imports.unversioned - set().union(*versioned.values())


def build(library: str, versioned: dict[str, set[str]], unversioned: set[str], directory: Path) -> int:
    """Compiles one stand-in; answers how many functions it has."""
    names = sorted(unversioned.union(*versioned.values()))
    source = "".join(f"int {name}(void) {{ return {CUDA_ERROR_NO_DEVICE}; }}\n" for name in names)
    script = "".join(
        f"{version} {{ global: {' '.join(f'{name};' for name in sorted(of_version))} }};\n"
        for version, of_version in versioned.items()
    )
    with tempfile.NamedTemporaryFile("w", suffix=".map") as version_script:
        version_script.write(script)
        version_script.flush()
        command = [os.environ.get("CC", "cc"), "-w", "-fno-builtin", "-shared", "-fPIC", f"-Wl,-soname,{library}"]
        command += [f"-Wl,--version-script,{version_script.name}"] if versioned else []
        command += ["-o", str(directory / library), "-x", "c", "-"]
        subprocess.run(command, input=source or "int no_function_is_imported;\n", text=True, check=True)
    return len(names)


def main() -> None:
    directory = Path(sysconfig.get_paths()["purelib"]) / "torch" / "lib"
    files = [file for file in sorted(directory.glob("*.so")) if file.name.startswith(TORCH_LIBRARIES)]
    if not files:
        sys.exit(f"no torch in {directory}: run this with the interpreter that has it")
    imports = read_imports(files)
    counts = [
        build(library, *functions_of(library, imports), directory) for library in sorted(imports.libraries)
    ]
    print(f"{len(counts)} stand-in libraries with {sum(counts)} functions in {directory}")


if __name__ == "__main__":
    main()
