"""Every machine, every pair of states: the table, the database and the move agree."""

import itertools

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from iat.kernel import enter, events
from iat.kernel.lifecycle import Lifecycle, TransitionRefused
from iat.kernel.rows import Row
from projects.lifecycles import ARRIVAL, DELIVERY, EXPORT, PROJECT, SYNC
from renders.lifecycles import CALL, CANDIDATE, JOB, KIT_ITEM, KIT_ORDER, RENDERED, RUN, TASK, TREATMENT
from spaces.lifecycles import DEFINITION, FETCH, KIT, REVIEW, SPACE, TEMPLATE

MACHINES = {m.name: m for m in Lifecycle.registry}
ROWS = {"space": "space", "definition": "draft", "kit": "kit", "review": "anchor", "project": "project", "task": "task", "run": "run", "job": "job", "candidate": "first", "rendered": "rendered",
        "template": "template", "fetch": "fetch", "kit_order": "order", "kit_item": "item", "provider_call": "call", "treatment": "treatment", "webhook_delivery": "delivery", "export": "export", "package": "arrival", "storage_sync": "sync"}


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
def test_forwards_and_backwards_agree(machine):
    for a, b in itertools.product(machine.states, repeat=2):
        assert (b in machine.after(a)) == (a in machine.before(b))
    assert machine.mermaid().startswith("stateDiagram-v2\n    [*] --> " + machine.start)


def test_every_machine_is_walked():
    assert set(MACHINES) == set(ROWS) == {m.name for m in (SPACE, DEFINITION, KIT, REVIEW, PROJECT, TASK, RUN, JOB, CANDIDATE, RENDERED, TEMPLATE, FETCH, KIT_ORDER, KIT_ITEM, CALL, TREATMENT, DELIVERY, EXPORT, ARRIVAL, SYNC)}


@pytest.mark.parametrize("name", ROWS)
def test_every_pair_of_states_moves_or_is_refused(rendered_world, name):
    machine = MACHINES[name]
    rendered_world.first = rendered_world.candidates[0]
    row = getattr(rendered_world, ROWS[name])
    with enter.everywhere("the walk"):
        for a, b in itertools.product(machine.states, repeat=2):
            type(row).objects.filter(pk=row.pk).update(**{machine.field: a})
            row.refresh_from_db()
            before = row.revision
            if b in machine.after(a) and not machine.refusal(row, b):
                machine.move(row, b)
                assert getattr(row, machine.field) == b and row.revision == before + 1
            else:
                with pytest.raises(TransitionRefused) as refused:
                    machine.move(row, b)
                assert refused.value.allowed == machine.after(a)
                assert getattr(row, machine.field) == a


@pytest.mark.parametrize("name", ROWS)
def test_the_database_knows_the_states(rendered_world, name):
    machine = MACHINES[name]
    rendered_world.first = rendered_world.candidates[0]
    row = getattr(rendered_world, ROWS[name])
    with enter.everywhere("the walk"), pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**{machine.field: "nonsense"})


def test_of_two_racers_one_wins(world):
    heard = []
    listen = events.subscribe(lambda code, **facts: heard.append(code))
    from spaces.models import Definition

    try:
        with enter.in_space(world.space):
            first, second = Definition.objects.get(pk=world.draft.pk), Definition.objects.get(pk=world.draft.pk)
            DEFINITION.move(first, "archived", by=world.cleo)
            with pytest.raises(TransitionRefused) as refused:
                DEFINITION.move(second, "canonical", by=world.ana)
    finally:
        events.unsubscribe(listen)
    assert refused.value.current == "archived" and heard == ["definition.archived"]


def test_canon_is_archived_only_by_force_and_only_in_a_space(world):
    with enter.in_space(world.space):
        assert "archived" not in DEFINITION.after("canonical")
        assert "archived" in DEFINITION.after("canonical", force=True)
        DEFINITION.move(world.mara, "archived", force=True, by=world.cleo)
    with enter.in_project(world.project):
        DEFINITION.move(world.clone, "canonical", by=world.art)
        with pytest.raises(TransitionRefused, match="Only canon of a space"):
            DEFINITION.move(world.clone, "archived", force=True, by=world.art)


def test_every_state_column_belongs_to_a_machine():
    for model in apps.get_models():
        if issubclass(model, Row):
            for field in model._meta.local_fields:
                if field.name in ("state", "status", "review") and field.choices:
                    assert any([c[0] for c in field.choices] == list(m.states) for m in MACHINES.values()), f"{model.__name__}.{field.name}"


def test_the_diagrams_in_the_docs_are_those_of_the_code():
    from iat import env
    from iat.management.commands import diagrams

    assert (env.ROOT / "docs/lifecycles.md").read_text() == diagrams.text()
