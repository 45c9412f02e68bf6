"""How many connections the limit of open files leaves room for."""

import sys

if sys.platform != "win32":
    import resource

_FOR_EVERYTHING_ELSE = 128
"""Databases, models, pages that graphs read, and connections that are being refused."""


def most_connections(wanted: int) -> int:
    """Return the wanted number, or what this process may open beside everything else."""
    if sys.platform == "win32":
        return wanted
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft == resource.RLIM_INFINITY:
        return wanted
    return max(1, min(wanted, soft - _FOR_EVERYTHING_ELSE))
