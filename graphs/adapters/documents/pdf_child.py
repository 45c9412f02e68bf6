"""Reads one PDF and writes its pages to standard output, as JSON: see `pdf`.

    python -m graphs.adapters.documents.pdf_child FILE PAGES CHARACTERS BYTES SECONDS

It bounds itself before it looks at the file, so that one whose parent is gone ends as well.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress

from pypdf import PdfReader

try:
    import resource
except ImportError:  # no such limits on Windows
    resource = None  # type: ignore[assignment]


class _Unreadable(Exception):
    """The message says why."""


def main(arguments: list[str]) -> None:
    path, *numbers = arguments
    pages, chars, memory, seconds = map(int, numbers)
    _bound(memory, seconds)
    answer = _answer(path, pages, chars)
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())


def _bound(memory: int, seconds: int) -> None:
    if resource is not None:
        with suppress(OSError, ValueError):  # macOS knows no limit of memory
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _answer(path: str, most_pages: int, most_chars: int) -> dict[str, object]:
    try:
        with PdfReader(path) as reader:
            return {"pages": list(_pages(reader, most_pages, most_chars))}
    except _Unreadable as why:
        return {"failure": str(why)}
    except MemoryError:
        return {"failure": "an unreadable PDF: it takes too much memory"}
    except OSError as error:
        return {"failure": f"cannot be read: {error.strerror or error}"}
    except Exception as error:  # noqa: BLE001  # by pypdf's own account a broken PDF may raise any
        reason = " ".join(_plain(str(error)).split())[:200]
        return {"failure": f"an unreadable PDF: {reason}"}


def _pages(reader: PdfReader, most_pages: int, most_chars: int) -> Iterator[tuple[int, str]]:
    if reader.is_encrypted and not reader.decrypt(""):
        raise _Unreadable("an encrypted PDF")
    if len(reader.pages) > most_pages:
        raise _Unreadable(f"more than {most_pages:,} pages")
    chars = 0
    for number, page in enumerate(reader.pages, start=1):
        text = _plain(page.extract_text())
        chars += len(text)
        if chars > most_chars:
            raise _Unreadable(f"more than {most_chars:,} characters")
        yield number, text


def _plain(text: str) -> str:
    """Replace what no file of text can hold: a PDF may map its letters to anything."""
    return text.encode(errors="replace").decode().replace("\0", " ")


if __name__ == "__main__":
    main(sys.argv[1:])
