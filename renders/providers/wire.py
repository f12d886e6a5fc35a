"""One HTTP conversation with one provider: limits, masked secrets, and one translation of every way it can go wrong.

A body that left without a whole answer is `Unknown` for paid orders, never a reason to send it again.
"""

import base64
import binascii
import contextlib
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from renders.providers.base import Broken, Busy, Declined, ProviderError, Unknown, Unreachable

MOST_BYTES = 100 * 1024 * 1024
CONNECT_S = 10.0
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError)
SECONDS = re.compile(r"(\d+(?:\.\d+)?)\s*s")


@dataclass(frozen=True)
class Answer:
    """A whole answer: status, headers (lower case), body."""

    status: int
    headers: dict[str, str]
    body: bytes
    paid: bool = False

    def json(self) -> Any:
        """The body as JSON; raises Broken, or Unknown where a good answer to a paid order cannot be read."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            if self.paid and self.ok:
                raise Unknown("The answer to a paid order cannot be read. It may have been done and billed.") from None
            raise Broken(f"The answer is not JSON (status {self.status}).") from None

    @property
    def ok(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300


class Wire:
    """`send` speaks to the provider's own address with its key; `download` follows a result's link without it."""

    def __init__(self, base: str, *, headers: dict[str, str] | None = None, secrets: tuple[str, ...] = (), hosts: frozenset[str] = frozenset(), read_s: float = 60.0) -> None:
        self.base, self.headers, self.hosts = base.rstrip("/"), headers or {}, hosts
        self.secrets = tuple(s for s in secrets if s)
        self.client = httpx.Client(timeout=httpx.Timeout(read_s, connect=CONNECT_S), follow_redirects=False, headers={"User-Agent": "IAT"})

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *told: Any) -> None:
        self.client.close()

    def clean(self, text: str) -> str:
        """Text without secrets and without the other machine's paths, at most 600 characters."""
        for secret in self.secrets:
            text = text.replace(secret, "•••")
        text = re.sub(r"(?<![\w:/.])(?:/[\w.\-]+){3,}/?|[A-Za-z]:\\[^\s\"']+", "…", text)
        return " ".join(text.split())[:600]

    def send(self, method: str, path: str, *, paid: bool = False, headers: dict[str, str] | None = None, read_s: float | None = None, **body: Any) -> Answer:
        """One request. `paid`: what goes wrong after the body left is Unknown. Raises Unreachable, Busy, Unknown; a whole answer of any status comes back."""
        url = path if path.startswith(("http://", "https://")) else self.base + path
        self._trusted(url)
        limit = httpx.Timeout(read_s, connect=CONNECT_S) if read_s else self.client.timeout
        try:
            with self.client.stream(method, url, headers={**self.headers, **(headers or {})}, timeout=limit, **body) as answer:
                return Answer(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, _whole(answer), paid)
        except NEVER_SENT as error:
            raise Unreachable(f"{self._host(url)} cannot be reached ({type(error).__name__}). Check the address and whether the server runs.") from None
        except httpx.HTTPError as error:
            what = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "broke the connection off"
            if paid:
                raise Unknown(f"{self._host(url)} {what} after the order was sent. It may have been done and billed.") from None
            raise Busy(f"{self._host(url)} {what}.", 3.0) from None

    def call(self, method: str, path: str, **how: Any) -> Any:
        """As `send`, for JSON: the decoded body of a 2xx answer; everything else is raised as the error it means."""
        answer = self.send(method, path, **how)
        if not answer.ok:
            raise self.refusal(answer, paid=bool(how.get("paid")))
        return answer.json()

    def refusal(self, answer: Answer, *, paid: bool = False) -> ProviderError:
        """The error that a status means, with the provider's own words."""
        said = self.clean(words(answer))
        error: ProviderError
        if answer.status == 429:
            error = Busy(f"Too many requests: {said}", wait_of(answer, said))
        elif answer.status in (500, 503):
            error = Busy(f"The provider has trouble ({answer.status}): {said}", wait_of(answer, "", 1.0))
        elif answer.status in (502, 504, 520, 522, 524):
            error = Unknown(f"A gateway in between answered {answer.status}; the order may have been done and billed.") if paid else Busy(f"The provider has trouble ({answer.status}).", 5.0)
        elif answer.status in (401, 403):
            error = Declined(f"The key was refused ({answer.status}): {said}", "key")
        elif answer.status == 402:
            error = Declined(f"The account has no credit: {said}", "credit")
        elif answer.status in (404, 410):
            error = Declined(f"There is no such model or address (404): {said}", "model")
        elif answer.status < 400:
            error = Broken(f"The provider answered {answer.status}, which its contract does not name.")
        else:
            error = Declined(f"The provider refused this ({answer.status}): {said}", "input")
        error.status = answer.status
        return error

    def download(self, url: str) -> bytes:
        """A result's bytes, fetched without the key from a host on the list. Raises Broken (expired, cut off), Declined (another host)."""
        self._trusted(url, results=True)
        try:
            with self.client.stream("GET", url) as answer:
                if answer.status_code in (403, 404, 410):
                    raise Broken("The link to the finished picture has expired before it was fetched.")
                if answer.status_code != 200:
                    raise Busy(f"The store of finished pictures answered {answer.status_code}.", 2.0)
                return _whole(answer)
        except NEVER_SENT as error:
            raise Busy(f"The store of finished pictures cannot be reached ({type(error).__name__}).", 3.0) from None
        except httpx.HTTPError as error:
            raise Busy(f"The finished picture came only in part ({type(error).__name__}).", 2.0) from None

    def _host(self, url: str) -> str:
        return urlsplit(url).hostname or url[:80]

    def _trusted(self, url: str, *, results: bool = False) -> None:
        """Our key goes to the account's own address only; results come from it or from the connector's hosts, by https."""
        at, home = urlsplit(url), urlsplit(self.base)
        if (at.scheme, at.netloc) == (home.scheme, home.netloc):
            return
        named = any(at.hostname == host or (at.hostname or "").endswith("." + host) for host in self.hosts)
        if not named or at.scheme != "https":
            raise Declined(f"The provider sends us to {at.hostname}, which is not one of its known hosts." if results else f"{at.hostname} is not this account's address.", "input")


def _whole(answer: httpx.Response) -> bytes:
    kept, until = bytearray(), time.monotonic() + 300
    for piece in answer.iter_bytes():
        kept += piece
        if len(kept) > MOST_BYTES:
            raise Broken(f"The answer is larger than {MOST_BYTES // 1024 // 1024} MB.")
        if time.monotonic() > until:
            raise httpx.ReadTimeout("too slow")
    return bytes(kept)


def words(answer: Answer) -> str:
    """What an error says, out of the many shapes that APIs use."""
    try:
        told = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return answer.body[:300].decode(errors="replace").strip() or f"status {answer.status}"
    return _said(told) or f"status {answer.status}"


def _said(told: Any) -> str:
    if isinstance(told, str):
        return told
    if isinstance(told, list):
        return "; ".join(filter(None, (_said(item) for item in told[:5])))
    if isinstance(told, dict):
        place = ".".join(str(step) for step in told["loc"]) + ": " if isinstance(told.get("loc"), list) else ""
        parts = [_said(told.get(key)) for key in ("title", "message", "msg", "detail", "error", "errors", "name") if told.get(key)]
        return place + ": ".join(dict.fromkeys(filter(None, parts)))
    return ""


def wait_of(answer: Answer, said: str, otherwise: float = 5.0) -> float:
    """Seconds until the next try: Retry-After, its millisecond twin, or a number in the text; at most 10 minutes."""
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        with contextlib.suppress(ValueError):
            if answer.headers.get(name):
                return min(max(float(answer.headers[name]) / unit, 0.1), 600.0)
    found = SECONDS.search(said)
    return min(float(found.group(1)), 600.0) if found else otherwise


def data_url(data: bytes, mime: str) -> str:
    """As APIs take small files."""
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def from_base64(text: Any) -> bytes:
    """Bytes of a base64 field, with or without a data prefix. Raises Broken."""
    try:
        return base64.b64decode(str(text).rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise Broken("The picture in the answer is not valid base64.") from None
