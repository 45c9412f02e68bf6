"""Chunk packages as small real wheels, and the lock that names them."""

import hashlib
from pathlib import Path
from zipfile import ZipFile

VERSION = "1.0"


def write_wheel(folder: Path, name: str, files: dict[str, bytes]) -> Path:
    module = name.replace("-", "_")
    about = f"{module}-{VERSION}.dist-info"
    wheel = folder / f"{module}-{VERSION}-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        for file, content in files.items():
            archive.writestr(f"{module}/{file}", content)
        archive.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {VERSION}\n"
        )
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return wheel


def write_chunks(folder: Path, parts: list[bytes]) -> list[Path]:
    return [
        write_wheel(folder, f"chunk-part{number}", {"data/part.bin": part, "__init__.py": b""})
        for number, part in enumerate(parts, start=1)
    ]


def write_lock(path: Path, wheels: list[Path]) -> None:
    lines = []
    for wheel in wheels:
        module, version, *_ = wheel.name.split("-")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"{module.replace('_', '-')}=={version} --hash=sha256:{digest}")
    path.write_text("\n".join(lines) + "\n")
