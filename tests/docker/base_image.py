"""A base image without a registry: Debian's own packages, kept by buildah for the next time."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.docker.machine import call

BASE = "localhost/fanjoin-base:bookworm"
_SOURCES = Path("/etc/apt/sources.list.d/debian.sources")


def ensure_base() -> None:
    """Install buildah where it is missing, and make the base where it is not kept."""
    if not all(map(shutil.which, ("buildah", "debootstrap"))):
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        call("apt-get", "update")
        call("apt-get", "install", "--yes", "--no-install-recommends", "buildah", "debootstrap")
    if subprocess.run(["buildah", "inspect", BASE], capture_output=True, check=False).returncode:
        with tempfile.TemporaryDirectory() as folder:
            _make(Path(folder))


def _make(root: Path) -> None:
    packages = "--include=python3,python3-venv,ca-certificates"
    call("debootstrap", "--variant=minbase", packages, "bookworm", root, *_mirror())
    for left in (*root.glob("var/cache/apt/archives/*.deb"), *root.glob("var/lib/apt/lists/*_*")):
        left.unlink()
    container = call("buildah", "from", "scratch").strip()
    call("buildah", "add", "--quiet", container, root, "/")
    call("buildah", "commit", "--quiet", container, BASE)
    call("buildah", "rm", container)


def _mirror() -> list[str]:
    """The machine's own, which may be the only one it reaches; else debootstrap knows one."""
    lines = _SOURCES.read_text().splitlines() if _SOURCES.is_file() else []
    named = [line.split()[1] for line in lines if line.startswith("URIs:")]
    return named[:1]
