"""The audit: who did what, before and after, without secrets; and any touch of it shows, with its place."""

import random

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from iat.kernel import enter
from projects.domain import audit, projects
from projects.models import AuditEvent, AuditHead
from tests.conftest import client_of


def without_triggers():
    """As somebody with the database's own key."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP TRIGGER audit_stays ON projects_auditevent")
        else:
            cursor.execute("DROP TRIGGER audit_stays_update")
            cursor.execute("DROP TRIGGER audit_stays_delete")


@pytest.fixture
def chain(rendered_world):
    w = rendered_world
    with enter.in_space(w.space):
        for n in range(8):
            projects.edit(w.project, by=w.art, name=f"Ledger {n}")
    audit.seal(w.space.pk)
    assert audit.verify(w.space.pk).ok
    return w


def test_verbs_are_told_with_before_and_after(chain):
    ana = client_of(chain.ana)
    rows = ana.get(f"/api/projects/{chain.project.pk}/audit?code=project.edited").json()["items"]
    assert rows[0]["actor"] == "art" and rows[0]["payload"] == {"before": {"name": "Ledger 6"}, "after": {"name": "Ledger 7"}} and rows[0]["subject"] == {"type": "project", "id": str(chain.project.pk)}
    codes = {r["event"] for r in ana.get(f"/api/spaces/{chain.space.pk}/audit?limit=200").json()["items"]}
    assert codes >= {"space.created", "member.added", "definition.created", "kit.created", "project.created", "definition.imported", "task.created", "run.planned", "run.done", "account.set", "secret.set", "webhook.created", "prompt.written"}
    assert not [c for c in codes if c.startswith(("candidate.", "job.", "asset."))]
    text = ana.get(f"/api/spaces/{chain.space.pk}/audit?limit=200").content.decode()
    assert "a secret of the tests" not in text and "whsec_" not in text
    assert {r["actor"] for r in ana.get(f"/api/projects/{chain.project.pk}/audit?actor=art").json()["items"]} == {"art"}
    assert ana.get(f"/api/projects/{chain.project.pk}/audit?since=2999-01-01").json()["items"] == []


def test_the_database_refuses_to_change_or_delete(chain):
    row = AuditEvent.objects.filter(number__isnull=False).first()
    for touch in (lambda: AuditEvent.objects.filter(pk=row.pk).update(actor_name="x"), lambda: AuditEvent.objects.filter(pk=row.pk).delete(), lambda: AuditEvent.objects.filter(pk=row.pk).update(number=9999)):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            touch()
    assert audit.verify(chain.space.pk).ok


@pytest.mark.parametrize("what", ["changed", "payload", "removed", "first removed", "last removed", "swapped", "rehashed", "head"])
def test_any_touch_shows_with_its_place(chain, what):
    without_triggers()
    rows = list(AuditEvent.objects.filter(space=chain.space).order_by("number"))
    at = random.Random(what).randrange(2, len(rows) - 2)
    row, other, places = rows[at], rows[at + 1], [at + 1]
    here = AuditEvent.objects.filter(pk=row.pk)
    if what == "changed":
        here.update(actor_name="somebody else")
    elif what == "payload":
        here.update(payload={**row.payload, "after": {"name": "innocent"}})
    elif what == "removed":
        here.delete()
    elif what == "first removed":
        AuditEvent.objects.filter(pk=rows[0].pk).delete()
        places = [1]
    elif what == "last removed":
        AuditEvent.objects.filter(pk=rows[-1].pk).delete()
        places = [len(rows)]
    elif what == "swapped":
        here.update(number=10_000)
        AuditEvent.objects.filter(pk=other.pk).update(number=row.number)
        here.update(number=other.number)
    elif what == "rehashed":  # changed, and its own hashes made to fit: what follows gives it away
        row.actor_name = "somebody else"
        row.digest = audit.digest_of(row)
        here.update(actor_name=row.actor_name, digest=row.digest, hash=audit.link(row.prev_hash, row.number, row.digest))
        places = [at + 2]
    else:
        AuditHead.objects.filter(space=chain.space).update(number=1)
        places = [1]
    told = client_of(chain.ana).get(f"/api/projects/{chain.project.pk}/audit/verify").json()
    assert told["ok"] is False and set(places) <= {p["number"] for p in told["problems"]}, told


def test_two_seal_one_chain_and_rollbacks_leave_nothing(chain):
    before = AuditEvent.objects.count()
    with enter.in_space(chain.space), transaction.atomic():
        projects.edit(chain.project, by=chain.art, name="Never")
        transaction.set_rollback(True)
    assert AuditEvent.objects.count() == before and audit.seal(chain.space.pk) == 0
    assert audit.seal_all() >= 0 and audit.seal_all() == 0


def test_the_page_shows_filters_and_verifies(chain):
    ana = client_of(chain.ana)
    page = ana.get(f"/projects/{chain.project.pk}/audit?code=project.*").content.decode()
    assert "project.edited" in page and "Ledger 6" in page and "definition.created" not in page
    assert "nothing was changed" in ana.post(f"/spaces/{chain.space.pk}/audit", follow=True).content.decode()


def test_what_a_verb_tells_may_be_anything(world):
    told = client_of(world.cleo).post(f"/api/avatar-kits/{world.kit.pk}/duplicate", {"name": "Summer"}, content_type="application/json")
    assert told.status_code == 201
    row = AuditEvent.objects.get(event_code="kit.duplicated")
    assert row.payload["was"] == str(world.kit.pk) and row.payload["after"]["name"] == "Summer"


def test_the_record_is_kept_elsewhere_and_walked_without_a_database(chain, tmp_path, capsys):
    data = client_of(chain.ana).get(f"/api/spaces/{chain.space.pk}/audit/export").getvalue()
    lines = data.splitlines(keepends=True)
    assert len(lines) - 1 == AuditEvent.objects.filter(space=chain.space).count() and b"a secret of the tests" not in data
    file = tmp_path / "audit.jsonl"

    def told(changed):
        file.write_bytes(b"".join(changed))
        try:
            call_command("verify_audit", file)
        except CommandError as error:
            return str(error)
        return capsys.readouterr().out

    assert told(lines) == f"{len(lines) - 1} rows looked at: nothing was changed, removed or swapped.\n"
    assert "5: What it says was changed" in told([line.replace(b'"actor_name":"', b'"actor_name":"x') if at == 5 else line for at, line in enumerate(lines)])
    assert "5: Number 5 is missing" in told(lines[:5] + lines[6:]) and "should end at" in told(lines[:-1])
    assert "5: " in told([*lines[:5], lines[6], lines[5], *lines[7:]])
    assert "no exported audit" in told([b"{}\n"]) and "no exported audit" in told([lines[0], b"[]\n"])
    assert client_of(chain.cleo).get(f"/api/spaces/{chain.space.pk}/audit/export").status_code == 403
