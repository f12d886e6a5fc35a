"""Two people at the same moment, on a real PostgreSQL: one wins, the other is told what changed. Fifty rounds each."""

import threading

import pytest
from django.db import connections

from iat.kernel import enter
from iat.kernel.errors import Refused, Stale
from spaces.domain import definitions, versions
from spaces.models import Definition, DefinitionRevision

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
ROUNDS = 50


def both(space, *doings):
    """Runs each in a thread with a connection of its own, all let go at once; returns (result, error) pairs."""
    gate, out = threading.Barrier(len(doings)), [None] * len(doings)

    def run(at, do):
        try:
            with enter.in_space(space):
                ready = do()
                gate.wait(10)
                try:
                    out[at] = (ready(), None)
                except Refused as error:
                    out[at] = (None, error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(at, do)) for at, do in enumerate(doings)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(30)
    return out


def of(row, by, verb, **more):
    """Reads the row first, as somebody who opened the page did, then acts."""
    def do():
        mine = Definition.objects.get(pk=row.pk)
        return lambda: verb(mine, by=by, **more)

    return do


def test_two_who_publish_the_same_draft(world):
    for n in range(ROUNDS):
        with enter.in_space(world.space):
            draft = definitions.create(world.space, type="character", name=f"Round {n}", by=world.cleo)
        out = both(world.space, of(draft, world.ana, definitions.publish), of(draft, world.cleo, definitions.publish))
        won, lost = [r for r, e in out if r], [e for r, e in out if e]
        assert len(won) == 1 and len(lost) == 1
        assert "was faster: this is canonical now" in lost[0].detail and ("Ana" in lost[0].detail or "Cleo" in lost[0].detail)
        with enter.in_space(world.space):
            assert DefinitionRevision.objects.filter(definition=draft, verb="canonical").count() == 1


def test_two_who_edit_the_same_field(world):
    for n in range(ROUNDS):
        out = both(world.space, of(world.draft, world.ana, definitions.edit, description=f"ana {n}"), of(world.draft, world.cleo, definitions.edit, description=f"cleo {n}"))
        lost = [e for r, e in out if e]
        with enter.in_space(world.space):
            now = Definition.objects.get(pk=world.draft.pk).description
        assert len(lost) == 1 and isinstance(lost[0], Stale) and now in (f"ana {n}", f"cleo {n}")
        assert [f.pointer for f in lost[0].changed] == ["/description"] and now in lost[0].changed[0].detail


def test_two_drafts_of_one_identity_leave_one_canon(world):
    for _ in range(ROUNDS):
        with enter.in_space(world.space):
            canon = Definition.objects.filter(root_id=world.mara.root_id, scope_kind="space", state="canonical").get()
            drafts = [versions.new_version(canon, by=world.cleo, bump="patch") for _ in range(2)]
        out = both(world.space, *(of(d, by, definitions.publish) for d, by in zip(drafts, (world.ana, world.cleo), strict=True)))
        assert all(e is None for _, e in out)
        with enter.in_space(world.space):
            assert Definition.objects.filter(root_id=world.mara.root_id, scope_kind="space", state="canonical").count() == 1
