"""What the domain may answer instead of a result. The API and the pages translate these once."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing wrong with what was sent: a JSON pointer and a sentence."""

    pointer: str
    detail: str


class Refused(Exception):
    """The request is understood and not allowed in this state: 409."""

    status = 409
    title = "Not possible in this state"

    def __init__(self, detail: str = "", *, allowed: Iterable[str] = ()) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.allowed = tuple(allowed)


class NotThere(Refused):
    """The row does not exist, or not for this person: 404. Which of both is not told."""

    status = 404
    title = "Not found"


class NotAllowed(Refused):
    """A member whose role is too low: 403."""

    status = 403
    title = "Your role does not allow this"


class NotSignedIn(Refused):
    """Nobody is signed in, or the token is unknown, expired or revoked: 401."""

    status = 401
    title = "Sign in first"


class Stale(Refused):
    """`If-Match` names an older revision: 412. `changed` says what became different since, by pointer."""

    status = 412
    title = "Somebody changed this in the meantime"

    def __init__(self, detail: str = "", *, changed: Iterable[Finding] = ()) -> None:
        super().__init__(detail)
        self.changed = tuple(changed)


class Invalid(Refused):
    """What was sent cannot be used: 422, naming each field."""

    status = 422
    title = "Some of this cannot be used"

    def __init__(self, detail: str = "", *, findings: Iterable[Finding] = ()) -> None:
        super().__init__(detail)
        self.findings = tuple(findings)


class Malformed(Invalid):
    """The request itself cannot be read: 400."""

    status = 400
    title = "The request cannot be read"


class TooLarge(Invalid):
    """More bytes or pixels than this server takes: 413."""

    status = 413
    title = "Too large"


class WrongMedia(Invalid):
    """A file of a kind that is not taken here: 415."""

    status = 415
    title = "This kind of file is not taken"


class NoRoom(Refused):
    """The store takes no more: 507."""

    status = 507
    title = "No room left for files"


class ScopeMissing(RuntimeError):
    """A query ran outside any space or project: a bug, never a user's fault."""
