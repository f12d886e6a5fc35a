"""Audit: verbs emit, this writes in the same transaction; a moment later the rows are sealed into their space's chain, in order, by one at a time.

Sealing apart keeps people from waiting for each other: to chain within their transactions, every two verbs of a space would have to queue.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from iat.kernel.errors import Invalid
from projects.models import AuditEvent, AuditHead, Project
from spaces.models import Space

QUIET = ("candidate.", "job.", "provider_call.", "kit_item.", "webhook_delivery.", "asset.registered", "rendered.draft", "run.running", "run.settled", "definition.indexed")
LOUD = ("candidate.selected", "storage_sync.done", "storage_sync.failed")
SECRET = ("value", "secret", "password", "hash", "prefix")
LONGEST = 2000
FORMAT = "iat.audit/1"


def note(code: str, *, subject: Any, actor: Any = None, **facts: Any) -> None:
    """Listener: who, what, when, before and after. What machines do by themselves is in the runs' logs; a run's end is here too."""
    if code not in LOUD and (code.startswith(QUIET) or (actor is None and not code.startswith("run."))):
        return
    space_id = subject.pk if isinstance(subject, Space) else getattr(subject, "space_id", None) or (subject.project.space_id if getattr(subject, "project_id", None) else None)
    if space_id is None:
        return
    project_id = subject.pk if isinstance(subject, Project) else getattr(subject, "project_id", None)
    row = AuditEvent(
        space_id=space_id, project_id=project_id, actor_id=actor.pk if actor else None, actor_name=actor.username if actor else "", event_code=code, subject_type=subject._meta.model_name,
        subject_id=str(subject.pk), at=timezone.now(), payload=orjson.loads(orjson.dumps(payload(subject, facts), default=str, option=orjson.OPT_NON_STR_KEYS)))
    row.digest = digest_of(row)
    row.save(force_insert=True)


def payload(subject: Any, facts: dict[str, Any]) -> dict[str, Any]:
    """Before and after of what changed; where nothing is known to have changed, the row as it stands. Secrets never."""
    was = facts.get("was")
    told = {k: _plain(v) for k, v in facts.items() if (k != "was" or not isinstance(was, str)) and isinstance(v, str | int | float | bool | uuid.UUID)}
    changed = subject.__dict__.pop("changed_from", None)
    if changed is not None:
        names = [n for n in changed if n not in SECRET]
        return {"before": {n: _plain(changed[n]) for n in names}, "after": {n: _plain(getattr(subject, n)) for n in names}, **told}
    if isinstance(was, str) and was:
        state = next((n for n in ("status", "state", "review") if hasattr(subject, n)), "state")
        return {"before": {state: was}, "after": {state: _plain(getattr(subject, state, None))}, **told}
    fields = [f for f in subject._meta.concrete_fields if f.name not in SECRET and "Encrypted" not in type(f).__name__ and f.name not in ("created_at", "updated_at", "revision")]
    return {"after": {f.attname: _plain(getattr(subject, f.attname)) for f in fields if getattr(subject, f.attname) not in (None, "", {}, [])}, **told}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date | uuid.UUID | Decimal):
        return str(value)
    if isinstance(value, str | int | float | bool) or value is None:
        return value if not isinstance(value, str) or len(value) <= LONGEST else {"characters": len(value), "sha256": hashlib.sha256(value.encode()).hexdigest()}
    if isinstance(value, dict | list | tuple):
        data = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS)
        return orjson.loads(data) if len(data) <= LONGEST else {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return str(getattr(value, "pk", value))


def digest_of(row: AuditEvent) -> str:
    """SHA-256 over what the row says, whatever database kept it."""
    told = [str(row.id), str(row.space_id), str(row.project_id or ""), str(row.actor_id or ""), row.actor_name, row.event_code, row.subject_type, row.subject_id, row.at.astimezone(dt.UTC).isoformat(), row.payload]
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def link(prev: str, number: int, digest: str) -> str:
    """The hash of a row in its chain."""
    return hashlib.sha256(f"{prev}\n{number}\n{digest}".encode()).hexdigest()


@transaction.atomic
def seal(space_id: Any, *, most: int = 5000) -> int:
    """Gives the space's new rows their numbers and hashes, oldest first; returns how many. Two at once wait for each other at the head."""
    AuditHead.objects.get_or_create(space_id=space_id)
    head = AuditHead.objects.select_for_update(of=("self",)).get(space_id=space_id)
    rows = list(AuditEvent.objects.filter(space_id=space_id, number__isnull=True).order_by("at", "id")[:most])
    for row in rows:
        row.number, row.prev_hash = head.number + 1, head.hash
        row.hash = link(head.hash, row.number, row.digest)
        AuditEvent.objects.filter(pk=row.pk, number__isnull=True).update(number=row.number, prev_hash=row.prev_hash, hash=row.hash)
        head.number, head.hash = row.number, row.hash
    AuditHead.objects.filter(pk=head.pk).update(number=head.number, hash=head.hash)
    return len(rows)


def seal_all() -> int:
    """Every space that has something new."""
    waiting = AuditEvent.objects.filter(number__isnull=True).order_by().values_list("space_id", flat=True).distinct()
    return sum(seal(pk) for pk in list(waiting))


def exported(space: Space) -> Iterator[bytes]:
    """The sealed chain as JSON lines, oldest first: the record to keep elsewhere. The first line names the space and where its chain ends."""
    head = AuditHead.objects.filter(space=space).first()
    yield _line({"format": FORMAT, "space": {"id": str(space.pk), "name": space.name}, "number": head.number if head else 0, "hash": head.hash if head else ""})
    for row in AuditEvent.objects.filter(space=space, number__isnull=False).order_by("number").iterator(chunk_size=1000):
        yield _line({f.attname: _plain(getattr(row, f.attname)) if f.attname != "payload" else row.payload for f in AuditEvent._meta.concrete_fields if f.attname != "revision"})


def _line(told: dict[str, Any]) -> bytes:
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def verify_lines(lines: Iterable[bytes]) -> "Verdict":
    """The same question about an exported record, without a database. Raises Invalid for a file that is none."""
    found, prev, expected = Verdict(), "", 1
    walk = iter(lines)
    try:
        head = orjson.loads(next(walk, b""))
        if head.get("format") != FORMAT:
            raise ValueError("another format")
        for line in walk:
            told = orjson.loads(line)
            row = AuditEvent(**{**told, "at": dt.datetime.fromisoformat(told["at"])})
            prev, expected = _looked_at(found, row, prev, expected)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Invalid(f"This is no exported audit, or it is damaged behind number {expected - 1}.") from None
    if (head["number"], head["hash"]) != (expected - 1, prev):
        found.say(head["number"], None, f"The chain should end at number {head['number']}; it ends at {expected - 1}." if head["number"] != expected - 1 else "The last row is not the one that was sealed.")
    return found


@dataclass
class Verdict:
    """How many rows were looked at, and what is wrong where: number in the chain, row, words."""

    checked: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing was touched."""
        return not self.problems

    def say(self, number: int | None, row: Any, text: str) -> None:
        """One problem; after a hundred only their number grows."""
        self.problems.append({"number": number, "id": str(row) if row else None, "text": text})


def verify(space_id: Any) -> Verdict:
    """Walks the chain from its first row to its head. Memory does not grow with it."""
    found, prev, expected = Verdict(), "", 1
    for row in AuditEvent.objects.filter(space_id=space_id, number__isnull=False).order_by("number").iterator(chunk_size=1000):
        prev, expected = _looked_at(found, row, prev, expected)
    head = AuditHead.objects.filter(space_id=space_id).first()
    if head is not None and (head.number, head.hash) != (expected - 1, prev):
        found.say(head.number, None, f"The chain should end at number {head.number}; it ends at {expected - 1}." if head.number != expected - 1 else "The last row is not the one that was sealed.")
    elif head is None and found.checked:
        found.say(None, None, "The chain's head is missing.")
    for row in AuditEvent.objects.filter(space_id=space_id, number__isnull=True).iterator(chunk_size=1000):
        found.checked += 1
        if digest_of(row) != row.digest:
            found.say(None, row.pk, "What it says was changed before it was sealed.")
    return found


def _looked_at(found: Verdict, row: AuditEvent, prev: str, expected: int) -> tuple[str, int]:
    """One row of a chain: what is wrong with it, and what the next one has to follow."""
    found.checked += 1
    number = row.number or 0
    if number != expected:
        found.say(expected, None, f"Number {expected} is missing." if number == expected + 1 else f"Numbers {expected} to {number - 1} are missing.")
    elif row.prev_hash != prev:
        found.say(number, row.pk, "It does not follow the row before it.")
    if digest_of(row) != row.digest:
        found.say(number, row.pk, f"What it says was changed ({row.event_code}, {row.at:%Y-%m-%d %H:%M}).")
    elif link(row.prev_hash, number, row.digest) != row.hash:
        found.say(number, row.pk, "Its place in the chain was changed.")
    return row.hash, number + 1
