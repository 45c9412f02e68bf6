"""No engine: buildah builds in a chroot, and Linux' own namespaces run what it built. As root."""

import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil

from app.project import TITLE
from tests.docker.base_image import BASE, ensure_base
from tests.docker.container import Container, Launch
from tests.docker.engine import Engine
from tests.docker.machine import call, free_port, spent_by

_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_CONTAINED = Path(__file__).with_name("contained.sh")
_STAGES = {"service": "build", "local": "build-local"}
"""What each target copies from."""

_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}


class BuildahEngine(Engine):
    """Runs everything in one working container of the image, whose root none can write to."""

    def build(self, context: Path) -> None:
        ensure_base()
        _build(context, self.target, self.tag)
        # The stage gets a name too: without one, each change would leave one more of them behind.
        stage = _STAGES[self.target]
        _build(context, stage, f"localhost/fanjoin-{stage}:image-test")

    def config(self) -> dict[str, Any]:
        inspected = json.loads(call("buildah", "inspect", "--type", "image", self.tag))
        config: dict[str, Any] = inspected["Docker"]["config"]
        return config

    def bytes_above_base(self) -> int:
        return _size(self.tag) - _size(BASE)

    @contextmanager
    def volume(self) -> Iterator[str]:
        uid, gid = map(int, self._config["User"].split(":"))
        with tempfile.TemporaryDirectory() as folder:
            os.chown(folder, uid, gid)
            yield folder

    @contextmanager
    def run(self, launch: Launch, *, volume: str, secrets: Path) -> Iterator[Container]:
        port = free_port()
        user = launch.user or self._config["User"]
        entrypoint = [launch.entrypoint] if launch.entrypoint else self._config["Entrypoint"]
        words = launch.words or (() if launch.entrypoint else self._config["Cmd"])
        command = [
            *("unshare", "--mount", "--pid", "--fork", "--kill-child", _CONTAINED),
            *(self._root, volume, secrets, user, self._config["WorkingDir"]),
            *(*self._config["Env"], f"FANJOIN_PORT={port}"),
            *(f"{key}={value}" for key, value in launch.env.items()),
            *(*entrypoint, *words),
        ]
        container = Container([str(word) for word in command], _terminate, port)
        try:
            yield container
        finally:
            container.close()

    def processor_seconds(self, container: Container) -> float:
        return spent_by(_first_process(container.pid))

    def inside(self, container: Container, *words: str) -> tuple[int, str]:
        first = _first_process(container.pid)
        variables = first.environ()
        uid, gid = self._config["User"].split(":")
        command = [
            *("nsenter", "--target", str(first.pid), "--mount", "--pid", "--root"),
            f"--wdns={self._config['WorkingDir']}",
            *("--setuid", uid, "--setgid", gid, "/usr/bin/env", "--ignore-environment"),
            *(*(f"{key}={value}" for key, value in variables.items()), *words),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def close(self) -> None:
        call("buildah", "rm", self._container)

    @cached_property
    def _config(self) -> dict[str, Any]:
        return self.config()

    @cached_property
    def _container(self) -> str:
        return call("buildah", "from", self.tag).strip()

    @cached_property
    def _root(self) -> str:
        return call("buildah", "mount", self._container).strip()


def _build(context: Path, target: str, tag: str) -> None:
    """Build a target, and remove the image that had its name before."""
    before = _id_of(tag)
    call(
        *("buildah", "bud", "--isolation", "chroot", "--network", "host", "--layers"),
        *("--format", "docker", "--secret", f"id=ca,src={_CERTIFICATES}"),
        *("--build-arg", f"BASE={BASE}", "--build-arg", f"TITLE={TITLE}"),
        *("--target", target, "--tag", tag),
        *("--file", context / "docker/Dockerfile", context),
    )
    if before not in ("", _id_of(tag)):
        # Refused while another image is built on it; goes with that one then.
        subprocess.run(["buildah", "rmi", before], capture_output=True, check=False)


def _id_of(tag: str) -> str:
    """Return an image's id; nothing where no image has this name."""
    return call("buildah", "images", "--quiet", "--filter", f"reference={tag}").strip()


def _first_process(pid: int) -> psutil.Process:
    """The container's own process 1, a child of `unshare`."""
    return psutil.Process(pid).children()[0]


def _terminate(pid: int) -> None:
    _first_process(pid).send_signal(signal.SIGTERM)


def _size(image: str) -> int:
    output = call("buildah", "images", "--format", "{{.Size}}", image).strip()
    number, unit = re.fullmatch(r"([\d.]+) (\w+)", output).groups()  # type: ignore[union-attr]  # its one form
    return int(float(number) * _UNITS[unit.upper()])
