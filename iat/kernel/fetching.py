"""Brings bytes from an address that a person named, or tells it something, without letting it reach into private networks.

The address of every connection is checked where it is opened, after the name was resolved, and that very address is
used: a redirect, or a name that changes its mind between check and use, gains nothing. httpcore does the speaking.
"""

import ipaddress
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import httpcore
import httpx
from django.conf import settings

from iat.kernel.errors import Finding, Invalid, Refused, TooLarge

REDIRECTS = 5
CONNECT_S, READ_S, TOTAL_S = 5.0, 10.0, 30.0
TIMEOUTS = {"connect": CONNECT_S, "read": READ_S, "write": READ_S, "pool": CONNECT_S}
Resolve = Callable[[str, int], Iterable[str]]


class Unfetchable(Refused):
    """The other side does not answer, or not with a file: 502. `lasting` is false where trying again may help."""

    status = 502
    title = "The other server did not give the file"

    def __init__(self, detail: str, *, lasting: bool = True) -> None:
        super().__init__(detail)
        self.lasting = lasting


@dataclass(frozen=True)
class Fetched:
    """What came: the bytes, the address they came from at last, and the name in it."""

    data: bytes
    url: str
    name: str


def resolve(host: str, port: int) -> list[str]:
    """Addresses of a name, as the system knows it."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def allowed(address: str) -> bool:
    """Public addresses, and those the operator names in IAT_FETCH_ALLOW."""
    try:
        ip: Any = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if any(ip in ipaddress.ip_network(net, strict=False) for net in settings.IAT_FETCH_ALLOW):
        return True
    return bool(ip.is_global and not ip.is_multicast and not getattr(ip, "sixtofour", None) and not getattr(ip, "teredo", None))


class _Guarded(httpcore.SyncBackend):
    """Opens connections only to addresses that are allowed; the name is resolved once, here."""

    def __init__(self, names: Resolve) -> None:
        self.names = names

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, local_address: str | None = None, socket_options: Any = None) -> httpcore.NetworkStream:
        try:
            found = list(self.names(host, port))
        except (OSError, UnicodeError):
            raise Unfetchable(f"No server is called {host}.", lasting=False) from None
        if not found or not all(map(allowed, found)):
            raise Invalid(f"{host} lies in a private network; only public addresses are reached.", findings=[Finding("/url", "not a public address")])
        return super().connect_tcp(found[0], port, timeout, local_address, socket_options)


def checked(url: str) -> httpcore.URL:
    """The address in parts; Invalid for anything but http(s) without a password in it."""
    try:
        told = httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError):
        raise Invalid("This is not an address.", findings=[Finding("/url", "not an address")]) from None
    if told.scheme not in ("http", "https") or not told.host or told.userinfo:
        raise Invalid("Give an address that begins with https:// or http://, without a password in it.", findings=[Finding("/url", "http or https only")])
    return httpcore.URL(scheme=told.raw_scheme, host=told.raw_host, port=told.port, target=told.raw_path)


def fetch(url: str, *, most: int, names: Resolve = resolve) -> Fetched:
    """The bytes behind an address, at most `most` of them. Raises Invalid (private, not http), TooLarge or Unfetchable, each with a sentence."""
    until = time.monotonic() + TOTAL_S
    with httpcore.ConnectionPool(network_backend=_Guarded(names)) as pool:
        for _ in range(REDIRECTS + 1):
            parts = checked(url)
            try:
                found = _one(pool, parts, most, until)
            except (httpcore.TimeoutException, httpcore.NetworkError) as error:
                raise Unfetchable(f"{parts.host.decode()} does not answer ({type(error).__name__}).", lasting=False) from None
            except httpcore.ProtocolError:
                raise Unfetchable(f"{parts.host.decode()} answered with something that is not HTTP.") from None
            if isinstance(found, bytes):
                return Fetched(found, url, parts.target.decode(errors="replace").partition("?")[0].rsplit("/", 1)[-1][:200])
            url = urljoin(url, found)
    raise Unfetchable(f"The address leads from one to the next more than {REDIRECTS} times.")


def post(url: str, data: bytes, headers: dict[str, str], *, names: Resolve = resolve) -> tuple[int, str]:
    """Tells an address something: (status, the first words of its answer). No redirects. Raises Invalid (private, not http) or Unfetchable."""
    parts = checked(url)
    told: dict[Any, Any] = {"Host": _host(parts), "User-Agent": "IAT", "Content-Type": "application/json", **headers}
    try:
        with httpcore.ConnectionPool(network_backend=_Guarded(names)) as pool, pool.stream("POST", parts, headers=told, content=data, extensions={"timeout": TIMEOUTS}) as answer:
            said = bytearray()
            for piece in answer.iter_stream():
                said += piece
                if len(said) > 2000:
                    break
            return answer.status, bytes(said[:200]).decode(errors="replace")
    except (httpcore.TimeoutException, httpcore.NetworkError) as error:
        raise Unfetchable(f"{parts.host.decode()} does not answer ({type(error).__name__}).", lasting=False) from None
    except httpcore.ProtocolError:
        raise Unfetchable(f"{parts.host.decode()} answered with something that is not HTTP.", lasting=False) from None


def _one(pool: httpcore.ConnectionPool, parts: httpcore.URL, most: int, until: float) -> bytes | str:
    with pool.stream("GET", parts, headers={"Host": _host(parts), "Accept": "image/*", "User-Agent": "IAT"}, extensions={"timeout": TIMEOUTS}) as answer:
        if answer.status in (301, 302, 303, 307, 308):
            where = {k.lower(): v for k, v in answer.headers}.get(b"location", b"").decode("latin-1")
            if not where:
                raise Unfetchable("The server sends on to nowhere.")
            return where
        if answer.status != 200:
            raise Unfetchable(f"{parts.host.decode()} answered {answer.status}.", lasting=answer.status not in (408, 429) and answer.status < 500)
        kept = bytearray()
        for piece in answer.iter_stream():
            kept += piece
            if len(kept) > most:
                raise TooLarge(f"The file is larger than {most / 1e6:.0f} MB.", findings=[Finding("/url", "too many bytes")])
            if time.monotonic() > until:
                raise Unfetchable(f"{parts.host.decode()} is too slow: not done after {TOTAL_S:.0f} s.", lasting=False)
        return bytes(kept)


def _host(parts: httpcore.URL) -> bytes:
    plain = {b"http": 80, b"https": 443}[parts.scheme]
    return parts.host if parts.port in (None, plain) else b"%s:%d" % (parts.host, parts.port)
