"""What the image test asks of whatever builds and runs images."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tests.docker.container import Container, Launch


class Engine(ABC):
    """Builds one image and runs it: its root file system read-only, `/data` a volume, the host's
    network, and the secrets of a folder under /run/secrets."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.tag = f"localhost/fanjoin-{target}:image-test"

    @abstractmethod
    def build(self, context: Path) -> None:
        """Build the image of a folder that holds `docker/Dockerfile`."""

    @abstractmethod
    def config(self) -> dict[str, Any]:
        """Return what the image says of itself, in Docker's words: User, Env, Healthcheck …"""

    @abstractmethod
    def bytes_above_base(self) -> int:
        """Return how much the image adds to its base."""

    @abstractmethod
    def volume(self) -> AbstractContextManager[str]:
        """Make a volume that the image's user may write to, and remove it."""

    @abstractmethod
    def run(
        self, launch: Launch, *, volume: str, secrets: Path
    ) -> AbstractContextManager[Container]:
        """Run it, and end it with the block."""

    @abstractmethod
    def processor_seconds(self, container: Container) -> float:
        """Return how much processor time its first process has taken."""

    @abstractmethod
    def inside(self, container: Container, *words: str) -> tuple[int, str]:
        """Run a command in a container at work; its exit status and what it said."""

    def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Leave nothing behind but the image."""
