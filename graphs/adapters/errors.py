"""What a source raises when it cannot answer.

    SourceError
    ├── SourceNotConfigured   no key is set for it
    ├── SourceRefused         it answered with another status than 2xx
    ├── SourceUnreachable     no connection, or one that broke
    ├── SourceTimeout         no whole answer in time
    ├── SourceAnswerUnusable  the answer is too large, or not of the documented shape
    └── AddressRefused        an address from outside that leads inside

Messages are one line, name the source and, where there is one, the fix. None holds a key.
"""

import httpx2


class SourceError(Exception):
    """A source cannot answer."""


class SourceNotConfigured(SourceError, LookupError):
    """No key is set for a source; another attempt cannot fix it, as with any LookupError."""


class SourceRefused(SourceError):
    """A source answered with a status that is no success.

    `status_code`, and the headers in `response`, say whether another attempt may fare better.
    """

    def __init__(self, message: str, response: httpx2.Response) -> None:
        super().__init__(message)
        self.status_code = response.status_code
        # Not the response itself: it knows its request, and the request knows the key.
        self.response = httpx2.Response(response.status_code, headers=response.headers)


class SourceUnreachable(SourceError):
    """A source could not be connected to, or the connection broke."""


class SourceTimeout(SourceError):
    """A source did not answer in time."""


class SourceAnswerUnusable(SourceError):
    """A source answered with what cannot be read."""


class AddressRefused(SourceError):
    """An address from outside leads to a machine that is not on the public internet."""
