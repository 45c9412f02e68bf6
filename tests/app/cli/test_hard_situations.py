"""Commands in hard situations, as processes: they end, with a status and without a traceback."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.plugins import plugin_names
from app.cli.streams import READER_GONE
from app.cli.typer_app import all_names
from tests.app.cli.hard_situations import SITUATIONS, Situation, run_in

COMMANDS = {
    "serve": ["serve"],
    "demo": ["demo"],
    "dev": ["dev"],
    "run": ["run", "g", "topic=tides"],
    "graphs": ["graphs", "--json"],
    "diagram": ["diagram", "g"],
    "openapi": ["openapi"],
    "init": ["init", "acme", "--name", "!"],
    "upgrade": ["upgrade", "no-such-version"],
    "new": ["new", "my_graph"],
    "remove": ["remove", "g", "--yes"],
    "lint": ["lint"],
    "model": ["model", "path"],
    "runs": ["runs", "list"],
    "crons": ["crons", "list"],
    "prune": ["prune", "--json"],
    "backup": ["backup", "copies"],
    "migrate": ["migrate"],
    "health": ["health"],
    "doctor": ["doctor"],
    **({"documents": ["documents", "list"]} if "documents" in plugin_names() else {}),
}
"""And the plug-in that reads data, where a graph needs it."""

SERVING = {"serve", "demo", "dev"}
"""They listen, and end only where they cannot start; port 1 is free for root alone."""

READ_DATA = {"runs", "prune", "backup", "migrate", "doctor", "documents"}

READ_GRAPHS = {"graphs", "openapi", "new", "remove", "doctor"}
"""And `diagram` and `lint`, which read them as `graphs` does."""


def is_met(name: str, situation: str) -> bool:
    """Whether the command meets what is wrong."""
    if "data folder" in situation:
        return name in READ_DATA
    if "registry" in situation:
        return name in READ_GRAPHS
    return name not in SERVING


TABLE = [
    (name, situation) for name in COMMANDS for situation in SITUATIONS if is_met(name, situation)
]

WORDS = {
    "unknown command": ["nope"],
    "unknown option": ["serve", "--nope"],
    "unknown graph": ["diagram", "nope"],
    "graph of no text": ["diagram", "\udcff"],
    "huge graph": ["diagram", "g" * 100_000],
    "output that cannot be written": ["diagram", "g", "-o", "/proc/picture"],
    "full output file": ["diagram", "g", "-o", "/dev/full"],
    "unknown run": ["runs", "show", "\udcff"],
    "label of no text": ["runs", "list", "--metadata", "a=\udcff"],
    "label nested deep": ["runs", "list", "--metadata", "a=" + "[" * 99_999],
    "huge limit": ["runs", "list", "--limit", "9" * 5000],
    "cron of no text": ["crons", "show", "\udcff"],
    "schedule of no text": ["crons", "add", "g", "\udcff"],
    "no service": ["run", "g"],
    "URL of nothing": ["run", "g", "--url", ""],
    "URL without a scheme": ["run", "g", "--url", "localhost:8000"],
    "URL of another scheme": ["run", "g", "--url", "ftp://localhost"],
    "URL with a bad port": ["run", "g", "--url", "http://localhost:999999"],
    "URL with a bad host": ["run", "g", "--url", "http://[::"],
    "URL with control characters": ["run", "g", "--url", "http://a\nb"],
    "huge URL": ["run", "g", "--url", "http://" + "a" * 100_000],
    "health of no host": ["health", "--host", "\udcff"],
    "health of a huge host": ["health", "--host", "a" * 1000],
    "health of a huge port": ["health", "--port", "9" * 5000],
    "backup into a file": ["backup", "/dev/null"],
    "backup into a long name": ["backup", "x" * 300],
    "graph of a bad name": ["new", "\udcff"],
    "project of a bad name": ["init", "acme", "--name", "\udcff"],
    "project in a bad folder": ["init", "x" * 300, "--name", "Acme"],
    "project that keeps what is not": ["init", "acme", "--name", "Acme", "--keep", "\udcff"],
    "upgrade to no text": ["upgrade", "\udcff"],
    "upgrade to an option": ["upgrade", "--", "--upload-pack=x"],
    "removed graph of no text": ["remove", "\udcff"],
    "removed graph of a bad name": ["remove", "../app"],
    "time limit of nan": ["doctor", "--seconds", "nan"],
    "registry of no text": ["graphs", "--graphs-file", "\udcff"],
}


def test_the_table_has_every_command() -> None:
    assert set(COMMANDS) >= set(all_names()) - set(plugin_names())


@pytest.mark.slow
@pytest.mark.parametrize(("name", "situation"), TABLE)
def test_command_ends_without_a_traceback(name: str, situation: str, tmp_path: Path) -> None:
    ended = run_in(SITUATIONS[situation], *COMMANDS[name], folder=tmp_path)

    assert ended.is_clean, ended.output
    assert ended.status in SITUATIONS[situation].statuses


@pytest.mark.slow
@pytest.mark.parametrize("situation", [name for name in SITUATIONS if "data folder" in name])
@pytest.mark.parametrize("name", sorted(SERVING))
def test_service_without_its_data_says_why_it_does_not_start(
    name: str, situation: str, tmp_path: Path
) -> None:
    given = SITUATIONS[situation]
    here = Situation(given.prepare, variables={**given.variables, "FANJOIN_PORT": "0"})

    ended = run_in(here, *COMMANDS[name], folder=tmp_path)

    assert ended.status == 1, ended.output
    assert "fanjoin: " in ended.output
    assert ended.is_clean, ended.output


@pytest.mark.slow
@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_odd_words_are_refused_without_a_traceback(words: list[str], tmp_path: Path) -> None:
    ended = run_in(Situation(), *words, folder=tmp_path)

    assert ended.is_clean, ended.output
    assert ended.status in {1, 2}, ended.output
    assert ended.output.strip()


@pytest.mark.parametrize("stdin", [b"\xff\x00\x01", b"", b"[1]", b'{"a":' + b"[" * 99_999])
def test_stdin_that_is_no_input_is_refused(stdin: bytes, tmp_path: Path) -> None:
    ended = run_in(Situation(stdin=stdin), "run", "g", "-", folder=tmp_path)

    assert ended.is_clean, ended.output
    assert ended.status in {1, 2}, ended.output


def test_reader_that_leaves_ends_the_command_with_141(tmp_path: Path) -> None:
    ended = run_in(SITUATIONS["the reader is gone"], "graphs", folder=tmp_path)

    assert ended.status == READER_GONE
    assert ended.output == ""


def test_output_that_is_full_is_named(tmp_path: Path) -> None:
    ended = run_in(SITUATIONS["the output is full"], "graphs", folder=tmp_path)

    assert ended.status == 1
    assert "the output cannot be written" in ended.output


def test_interrupt_while_commands_are_imported_ends_with_130_and_nothing_else(
    tmp_path: Path,
) -> None:
    """The process says when it is in `main`; the interrupt arrives amid the import."""
    source = (
        "import os, signal, sys\n"
        "import app.cli as command\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'app.cli.typer_app': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "sys.argv = ['fanjoin', 'graphs']\n"
        "command.main()\n"
    )

    ended = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        cwd=tmp_path,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert ended.returncode == 128 + signal.SIGINT
    assert ended.stdout + ended.stderr == b""
