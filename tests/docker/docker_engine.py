"""Docker, where an engine answers."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from app.project import TITLE
from tests.docker.container import Container, Launch
from tests.docker.engine import Engine
from tests.docker.machine import call, free_port, spent_by


def answers() -> bool:
    """Whether there is an engine: the command alone is none."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


class DockerEngine(Engine):
    """Talks to the engine by the `docker` command."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self._names: dict[int, str] = {}

    def build(self, context: Path) -> None:
        named = ("--target", self.target, "--tag", self.tag, "--build-arg", f"TITLE={TITLE}")
        call("docker", "build", "--file", context / "docker/Dockerfile", *named, context)

    def config(self) -> dict[str, Any]:
        config: dict[str, Any] = self._inspect(self.tag)["Config"]
        return config

    def bytes_above_base(self) -> int:
        dockerfile = (Path(__file__).parents[2] / "docker/Dockerfile").read_text()
        base = dockerfile.split("ARG BASE=", 1)[1].split()[0]
        call("docker", "pull", "--quiet", base)
        return int(self._inspect(self.tag)["Size"]) - int(self._inspect(base)["Size"])

    def _inspect(self, image: str) -> dict[str, Any]:
        inspected: list[dict[str, Any]] = json.loads(call("docker", "image", "inspect", image))
        return inspected[0]

    @contextmanager
    def volume(self) -> Iterator[str]:
        name = call("docker", "volume", "create").strip()
        yield name
        call("docker", "volume", "rm", name)

    @contextmanager
    def run(self, launch: Launch, *, volume: str, secrets: Path) -> Iterator[Container]:
        name, port = f"fanjoin-{uuid4().hex[:12]}", free_port()
        variables = {"FANJOIN_PORT": str(port), **launch.env}
        command = [
            *("docker", "run", "--rm", "--name", name, "--read-only", "--network", "host"),
            *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
            *("--volume", f"{volume}:/data", "--volume", f"{secrets}:/run/secrets:ro"),
            *(f"--env={key}={value}" for key, value in variables.items()),
            *(["--user", launch.user] if launch.user else []),
            *(["--entrypoint", launch.entrypoint] if launch.entrypoint else []),
            *(self.tag, *launch.words),
        ]

        def terminate(_pid: int) -> None:
            call("docker", "kill", "--signal", "TERM", name)

        container = Container(command, terminate, port)
        self._names[container.pid] = name
        try:
            yield container
        finally:
            # The command's end is not the container's.
            subprocess.run(["docker", "rm", "--force", name], capture_output=True, check=False)
            container.close()

    def processor_seconds(self, container: Container) -> float:
        name = self._names[container.pid]
        first = int(call("docker", "inspect", "--format", "{{.State.Pid}}", name))
        return spent_by(psutil.Process(first))

    def inside(self, container: Container, *words: str) -> tuple[int, str]:
        command = ["docker", "exec", self._names[container.pid], *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr
