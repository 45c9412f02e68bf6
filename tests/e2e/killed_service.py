"""The service in a child process that is killed with -9 and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx2
import psutil

from app.settings import Settings

_GRAPHS = Path(__file__).parent / "killable" / "langgraph.json"
_START_SECONDS = 90


class KilledService:
    """Serves one database at one address, life after life."""

    def __init__(self, settings: Settings, variables: Mapping[str, str] | None = None) -> None:
        """Take further settings as variables of the environment."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._port = listener.getsockname()[1]
        self.log = settings.data_dir / "starts.log"
        self._settings = settings
        self._variables = variables or {}
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def resident_bytes(self) -> int:
        """How much memory the process holds now."""
        assert self._child is not None
        return int(psutil.Process(self._child.pid).memory_info().rss)

    def start(self) -> None:
        """Start it, and return when it is ready."""
        self.spawn()
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_ready():
            assert time.monotonic() < deadline, "the service did not start"
            time.sleep(0.02)

    def spawn(self) -> None:
        """Start it, and return at once."""
        self._settings.data_dir.mkdir(parents=True, exist_ok=True)
        self._child = self.command("serve", "--port", str(self._port))

    def command(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a command of the service's, over the same database."""
        command = [sys.executable, "-m", "app", *words]
        return subprocess.Popen(command, env=self._environment(), stdout=subprocess.DEVNULL)

    def is_ready(self) -> bool:
        """Whether it answers that it is ready; it must not have ended by itself."""
        assert self._child is not None
        assert self._child.poll() is None, "the service ended by itself"
        try:
            return httpx2.get(f"{self.url}/health/ready").status_code == 200
        except httpx2.TransportError:
            return False

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, by: signal.Signals) -> None:
        if self._child is not None:
            self._child.send_signal(by)
            self._child.wait()
            self._child = None

    def let_go(self) -> None:
        """Let the runs end that are held."""
        self.log.with_suffix(".go").touch()

    def starts(self) -> list[tuple[str, str]]:
        """Return every start of a node so far, in order: of which run, which node."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [(name, node) for name, node in (line.split() for line in lines)]

    def count_starts(self) -> int:
        """Return how many nodes started so far."""
        return self.log.read_bytes().count(b"\n") if self.log.exists() else 0

    def _environment(self) -> dict[str, str]:
        url = self._settings.database_url
        return {
            **os.environ,
            "KILLABLE_LOG": str(self.log),
            "FANJOIN_GRAPHS_FILE": str(_GRAPHS),
            "FANJOIN_DATA_DIR": str(self._settings.data_dir),
            "FANJOIN_DATABASE_URL": "" if url is None else url.get_secret_value(),
            "FANJOIN_LOCAL_MODEL": "off",
            "FANJOIN_LOG_LEVEL": "error",
            "FANJOIN_GRACE_SECONDS": "0",
            "FANJOIN_MAX_CONCURRENT_RUNS": "16",
            "FANJOIN_MAX_RUN_ATTEMPTS": "100",
            **self._variables,
        }
