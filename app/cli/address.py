"""Where the service listens, and how one on this machine reaches it."""

import socket

from app.cli.errors import AddressInUse
from app.settings import Settings

_REACHED_BY = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not bound here


def local_url(host: str, port: int) -> str:
    """The address to call from this machine, also when the service listens on every interface."""
    host = _REACHED_BY.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def bind_address(settings: Settings) -> socket.socket:
    """Take the address before anything slow is started; it does not listen yet.

    Raises AddressInUse, naming the settings to change.
    """
    host, port = settings.host, settings.port
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise AddressInUse(f"FANJOIN_HOST={host} is no address here: {error.strerror}.") from error
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise AddressInUse(
            f"Cannot listen on {host} port {port}: {error.strerror}. "
            "Choose another with FANJOIN_PORT (or --port), 0 for any free one."
        ) from error
    return bound
