"""Which addresses may be connected to: a host is looked up once, and what was checked is used.

A wildcard origin admits hosts that nobody named, so whoever controls the DNS of one could point it
at the machine itself, its private network or its cloud's metadata service. Such a host has to be at
public addresses. Names change their mind between two look-ups (DNS rebinding), so there is one.
"""

import ipaddress
import socket

from ...errors import OriginError
from ...rules.origin import AllowList
from ...rules.url import RemoteUrl

# The registry of special-purpose addresses (RFC 6890, kept by IANA): what isn't for everybody.
_SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  # private (RFC 1918)
            "100.64.0.0/10",  # carrier-grade NAT (RFC 6598)
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local; most clouds' metadata
            "192.0.0.0/24",  # protocol assignments; Oracle's metadata
            "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",  # documentation (RFC 5737)
            "192.88.99.0/24",  # 6to4 relays (RFC 7526)
            "198.18.0.0/15",  # benchmarking (RFC 2544)
            "224.0.0.0/4", "240.0.0.0/4",  # multicast; reserved, with broadcast
            "168.63.129.16/32",  # not IANA's: every Azure machine's own host
            "2001::/23",  # protocol assignments, with Teredo, benchmarking and ORCHID
            "2001:db8::/32", "3fff::/20",  # documentation (RFC 3849, RFC 9637)
            "2002::/16",  # 6to4, an IPv4 address in disguise
        ),
    )
)  # fmt: skip
# The rest of IPv6 is loopback, local, multicast, reserved, or IPv4 in dress (RFC 4291 section 2.4).
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# How an IPv6-only network reaches IPv4 (RFC 6052 section 2.1): as public as what it stands for.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Tells whether an IP address, as text, is on the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip not in _GLOBAL_UNICAST:
            return False
    return not any(ip in network for network in _SPECIAL)


def addresses_of(url: RemoteUrl, origins: AllowList) -> tuple[str, ...]:
    """Looks the host of `url` up and returns where it may be connected to, best first.

    Raises:
        OSError: It has no address.
        OriginError: Only a wildcard admits it, and one of its addresses isn't public.
    """
    host = url.host.strip("[]")
    found = socket.getaddrinfo(host, url.effective_port, type=socket.SOCK_STREAM)
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not origins.names_exactly(url):
        for address in addresses:
            if not is_public(address):
                raise OriginError(
                    "origins",
                    f"{host} resolves to {address}, which isn't public, "
                    "and only a wildcard admits it",
                    "Name the host exactly, if it is meant.",
                )
    return addresses
