"""The certificates that connections are checked against."""

import ssl
from functools import cache

import httpx2


@cache
def ssl_context() -> ssl.SSLContext:
    """Return the one context of the process: loading its certificates takes 30 ms."""
    return httpx2.create_ssl_context()
