"""Which addresses may be asked for by somebody outside: public ones alone."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that is assigned so far of IPv6 (IANA IPv6 Address Space)."""

_NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 in its last four bytes (RFC 6052)."""


def is_public(address: str) -> bool:
    """Whether a numeric address is on the public internet.

    An IPv6 address that only wraps an IPv4 one (mapped, 6to4, NAT64) is what it wraps.
    """
    ip = ip_address(address)
    if isinstance(ip, IPv4Address):
        return _is_public_v4(ip)
    wrapped = _wrapped(ip)
    if wrapped is not None:
        return _is_public_v4(wrapped)
    return ip in _GLOBAL_UNICAST and ip.is_global


def _is_public_v4(ip: IPv4Address) -> bool:
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def _wrapped(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64:
        return IPv4Address(ip.packed[-4:])
    return ip.ipv4_mapped or ip.sixtofour
