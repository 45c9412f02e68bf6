"""Say on disk that a node begins: the file is named by KILLABLE_LOG, a line tells run and node."""

import os


def note(name: str, node: str) -> None:
    """Append a line in one write, which a kill leaves out or lets stand whole."""
    log = os.open(os.environ["KILLABLE_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, f"{name} {node}\n".encode())
    os.close(log)
