"""What every engine does with the machine: commands that tell why they fail, ports, processes."""

import socket
import subprocess
from pathlib import Path

import psutil


def call(*words: str | Path) -> str:
    """Run a command to its end and return what it wrote; its complaint fails the test."""
    command = [str(word) for word in words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
    return done.stdout


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def spent_by(process: psutil.Process) -> float:
    """Return the processor time of a process, in seconds."""
    times = process.cpu_times()
    return float(times.user + times.system)
