"""Situations in which a command must end by itself, with a message and never a traceback."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.app.cli.graph_files import write_graph, write_registry
from tests.app.cli.processes import REPOSITORY
from tests.patience import SECONDS

NO_SHELL = 'exec "$@"'

Prepare = Callable[[Path], object]


@dataclass(frozen=True)
class Situation:
    """What is wrong around a command, and with which statuses it may end."""

    prepare: Prepare = lambda _: None
    shell: str = NO_SHELL
    """How bash starts the command, whose words are its `$@`."""
    variables: Mapping[str, str] = field(default_factory=dict)
    stdin: bytes = b""
    statuses: tuple[int, ...] = (0, 1, 2)


@dataclass(frozen=True)
class Ended:
    status: int
    output: str

    @property
    def is_clean(self) -> bool:
        return not any(sign in self.output for sign in ("Traceback", "Exception ignored", "Error:"))


def run_in(situation: Situation, *words: str, folder: Path) -> Ended:
    """Run a command as a process and return how it ended; one that hangs fails the test."""
    write_registry(folder, g=write_graph(folder))
    situation.prepare(folder)
    command = ["bash", "-c", situation.shell, "bash", sys.executable, "-m", "app", *words]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=_environment(situation),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(situation.stdin, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return Ended(process.returncode, output.decode(errors="replace"))


def _environment(situation: Situation) -> dict[str, str]:
    inherited = {name: text for name, text in os.environ.items() if "FANJOIN" not in name}
    ours = {"PYTHONPATH": str(REPOSITORY), "FANJOIN_LOCAL_MODEL": "off", "FANJOIN_PORT": "1"}
    return inherited | ours | dict(situation.variables)


def _data_file(folder: Path) -> None:
    (folder / ".data").write_text("no folder")


def _damaged_files(folder: Path) -> None:
    (folder / ".data").mkdir()
    for name in ("fanjoin.db", "checkpoints.db", "store.db", "serving.lock.db", "documents.db"):
        (folder / ".data" / name).write_bytes(b"no database" * 500)


def _folders_for_files(folder: Path) -> None:
    for name in ("fanjoin.db", "checkpoints.db", "store.db", "serving.lock.db", "documents.db"):
        (folder / ".data" / name).mkdir(parents=True)


def _registry_of(text: bytes) -> Prepare:
    return lambda folder: (folder / "langgraph.json").write_bytes(text)


def _registry_is_a_folder(folder: Path) -> None:
    (folder / "langgraph.json").unlink()
    (folder / "langgraph.json").mkdir()


def _variable(name: str, value: str) -> Situation:
    return Situation(variables={f"FANJOIN_{name}": value})


SITUATIONS = {
    "the reader is gone": Situation(shell='"$@" | :; exit ${PIPESTATUS[0]}', statuses=(0, 1, 141)),
    "both readers are gone": Situation(
        shell='"$@" 2>&1 | :; exit ${PIPESTATUS[0]}', statuses=(0, 1, 141)
    ),
    "stdout is closed": Situation(shell='exec "$@" >&-'),
    "every stream is closed": Situation(shell='exec "$@" <&- >&- 2>&-'),
    "the output is full": Situation(shell='exec "$@" >/dev/full'),
    "both outputs are full": Situation(shell='exec "$@" >/dev/full 2>&1'),
    "the data folder is a file": Situation(_data_file),
    "the data folder is in a file": _variable("DATA_DIR", "/dev/null/data"),
    "the data folder cannot be made": _variable("DATA_DIR", "/proc/data"),
    "the data folder has too long a name": _variable("DATA_DIR", "x" * 300),
    "files of the data folder are damaged": Situation(_damaged_files),
    "files of the data folder are folders": Situation(_folders_for_files),
    "the registry is not UTF-8": Situation(_registry_of(b"\xff\xfe{")),
    "the registry is no object": Situation(_registry_of(b"[1]")),
    "the registry is nested deep": Situation(_registry_of(b'{"graphs":' + b"[" * 99_999)),
    "the registry is a folder": Situation(_registry_is_a_folder),
    "there is no registry": Situation(lambda folder: (folder / "langgraph.json").unlink()),
    "the registry has too long a name": _variable("GRAPHS_FILE", "x" * 300),
    "a setting is absurd": Situation(variables={"FANJOIN_KEEP_RUNS_DAYS": "1e300"}),
    "a setting is not UTF-8": Situation(shell="export FANJOIN_DATA_DIR=$'\\xff'; exec \"$@\""),
    "a setting is nested deep": _variable("PRICES", '{"m":' + "[" * 99_999),
    ".env is not UTF-8": Situation(lambda folder: (folder / ".env").write_bytes(b"A=\xff")),
    ".env is a folder": Situation(lambda folder: (folder / ".env").mkdir()),
}
