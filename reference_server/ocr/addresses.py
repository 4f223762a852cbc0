"""Which addresses a server may fetch from on a client's behalf."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class RefusedAddress(ValueError):
    """The host resolves to an address that must not be fetched from."""


def is_allowed(address: Address, *, allow_private: bool) -> bool:
    """Whether `address` may be connected to.

    Only global unicast addresses are, judged by the IPv4 address inside for those that carry one.
    `allow_private` adds loopback and private networks, and never link-local ones, where clouds
    keep their metadata services.
    """
    inner = _embedded(address)
    if inner is not None:
        return is_allowed(inner, allow_private=allow_private)
    if address.is_multicast or address.is_unspecified or address.is_link_local:
        return False
    if address.is_global:
        return True
    return allow_private and (address.is_loopback or address.is_private)


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour


async def resolve(host: str, port: int, *, allow_private: bool) -> Address:
    """One address of `host`, to be connected to as it is, so that no second look-up can differ.

    Raises RefusedAddress if any of its addresses is not allowed, OSError if it has none.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise OSError(f"{host!r} is no host name") from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]
    if not addresses:
        raise OSError(f"{host!r} has no address")
    if not all(is_allowed(address, allow_private=allow_private) for address in addresses):
        raise RefusedAddress("the address is not allowed")
    return addresses[0]
