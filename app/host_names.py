"""Hosts and origins in the one form that browsers send, whatever an operator writes."""

import ipaddress
import re

_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[^][/:?#@]+|\[[^]/]*\])(?P<port>:[0-9]{1,5})?"
)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LARGEST_PORT = 65535
_NO_PAGES = frozenset({"ws", "wss", "ftp", "file"})


class WrongHost(ValueError):
    """No host, or not as browsers write it; the message says how to write it."""


def canonical_host(text: str) -> str:
    """Return a host as a browser writes it: in lower case, IPv6 as short as it can be.

    Raises:
        WrongHost: it is neither a name nor an address, or an address that browsers write otherwise.
    """
    name = text.lower()
    if (name.startswith("[") and name.endswith("]")) or name.count(":") > 1:
        return _bracketed(name.strip("[]"))
    name = name.removesuffix(".")
    if not name.isascii():
        raise WrongHost("it has letters that browsers send encoded: write it as xn--…")
    if not _NAME.fullmatch(name):
        raise WrongHost("it is no name")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        try:
            ipaddress.IPv4Address(name)
        except ValueError:
            raise WrongHost("write the address as four numbers: 127.0.0.1") from None
    return name


def canonical_origin(text: str) -> str:
    """Return an origin as a browser sends it: without the default port of its scheme.

    Raises:
        WrongHost: no browser sends it as an origin.
    """
    match = _ORIGIN.fullmatch(text.lower())
    if match is None or match["scheme"] in _NO_PAGES:
        raise WrongHost("it is no origin of a page")
    if match["host"].endswith("."):
        raise WrongHost("leave out the dot at its end")
    origin = f"{match['scheme']}://{canonical_host(match['host'])}"
    if match["port"] is None:
        return origin
    port = int(match["port"][1:])
    if port > _LARGEST_PORT:
        raise WrongHost(f"its port is larger than {_LARGEST_PORT}")
    return origin if port == _DEFAULT_PORTS.get(match["scheme"]) else f"{origin}:{port}"


def _bracketed(text: str) -> str:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        raise WrongHost("it is no IPv6 address") from None
    if address.scope_id is not None:
        raise WrongHost("leave out the zone of the address")
    if (four := address.ipv4_mapped) is not None:
        return f"[::ffff:{int(four) >> 16:x}:{int(four) & 0xFFFF:x}]"
    return f"[{address.compressed}]"
