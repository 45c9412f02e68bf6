"""Opens the page in the browser of whoever started the service."""

import threading
import webbrowser

from app.cli.view.terminal import complain


def open_page(url: str) -> threading.Thread:
    """Open an address, in a thread: a browser in the terminal keeps its caller waiting."""
    thread = threading.Thread(target=_open, args=[url], daemon=True, name="browser")
    thread.start()
    return thread


def _open(url: str) -> None:
    try:
        is_open = webbrowser.open(url)
    except (webbrowser.Error, OSError):
        is_open = False
    if not is_open:
        complain(f"No browser could be opened: open {url} yourself.")
