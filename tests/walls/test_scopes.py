"""No query runs outside a scope; no row is written into another owner's."""

import re
import uuid
from pathlib import Path

import pytest
from django.apps import apps
from django.db import transaction

from iat.kernel import enter, scope
from iat.kernel.errors import ScopeMissing
from iat.kernel.rows import Row
from projects.models import Project, ProjectStyle
from renders.models import Run, RunCandidate, Task
from spaces.domain import spaces
from spaces.models import AvatarKit, Definition

OURS = [m for m in apps.get_models() if issubclass(m, Row)]
SCOPED = [m for m in OURS if m.scope is not scope.GLOBAL]
ROOT = Path(__file__).parent.parent.parent


def test_every_model_says_its_scope():
    assert all(hasattr(m, "scope") for m in OURS) and len(SCOPED) >= 15


@pytest.mark.django_db
@pytest.mark.parametrize("model", SCOPED, ids=lambda m: m.__name__)
def test_nothing_without_scope(model):
    uses = (lambda m: list(m.objects.all()), lambda m: m.objects.count(), lambda m: m.objects.exists(), lambda m: m.objects.filter(pk=uuid.uuid4()).update(revision=1),
            lambda m: m.objects.all().delete(), lambda m: m.objects.get(pk=uuid.uuid4()), lambda m: list(m.objects.values_list("pk")))
    for use in uses:
        with pytest.raises(ScopeMissing):
            use(model)


def test_a_project_sees_its_own_rows_and_the_canon(world):
    with enter.in_project(world.project):
        assert set(Definition.objects.values_list("name", flat=True)) == {"Mara", "Street", "Ink", "Draft", "Mara — happy"}
        assert Definition.objects.count() == 7
        assert Task.objects.count() == 1
    with enter.in_space(world.space):
        assert Definition.objects.count() == 4
        with pytest.raises(ScopeMissing):
            Task.objects.count()
    with enter.in_project(world.sams_project):
        assert Task.objects.count() == 0
        assert [d.name for d in Definition.objects.all()] == ["Other"]


def test_a_lazy_queryset_is_bound_when_it_runs(world):
    lazy = Task.objects.all()
    with enter.in_project(world.project):
        assert [t.name for t in lazy.all()] == ["Panel 1"]
    with enter.in_project(world.sams_project):
        assert list(lazy.all()) == []


def test_a_person_sees_all_their_spaces_and_no_other(world):
    with enter.entered(enter.of_spaces([world.space.pk])):
        assert Task.objects.count() == 1 and AvatarKit.objects.count() == 1
        assert set(Project.objects.values_list("name", flat=True)) == {"Ledger"}
    with enter.entered(enter.of_spaces([])):
        assert Task.objects.count() == 0 and Definition.objects.count() == 0


def test_rows_of_another_owner_cannot_be_written(world):
    with enter.in_project(world.project):
        with pytest.raises(ScopeMissing):
            Run.objects.create(project=world.sams_project, provider_code="x", digest="x")
        with pytest.raises(ScopeMissing):
            Task.objects.bulk_create([Task(project=world.sams_project, name="x", sequence=9)])
        with pytest.raises(ScopeMissing):
            Definition.objects.create(space=world.sams, type="character", name="x", version="1.0.0", root_id=world.other.pk)
        with enter.everywhere("look"):
            foreign = Definition.objects.get(pk=world.other.pk)
        foreign.name = "stolen"
        with pytest.raises(ScopeMissing):
            foreign.save()
        with pytest.raises(ScopeMissing):
            Task.objects.update(project=world.sams_project)
        assert ProjectStyle.objects.count() == 1


def test_the_scope_travels_with_the_message(world, django_capture_on_commit_callbacks):
    from renders.workers import candidate

    with pytest.raises(TypeError):
        candidate(candidate_id=str(uuid.uuid4()))
    with pytest.raises(ScopeMissing), transaction.atomic():
        candidate(owner={}, candidate_id=str(uuid.uuid4()))
    assert candidate(owner={"project_id": str(world.project.pk), "space_id": str(world.space.pk)}, candidate_id=str(uuid.uuid4())) == "not mine"
    with enter.in_project(world.project):
        assert RunCandidate.objects.count() == 0


def test_a_new_space_is_the_only_thing_made_outside(world):
    assert spaces.create(name="Second", by=world.sam).owner == world.sam


def test_the_ways_out_are_counted():
    uses = [f"{p.relative_to(ROOT)}" for folder in ("iat", "spaces", "projects", "renders") for p in (ROOT / folder).rglob("*.py") for _ in re.findall(r"(?<!def )everywhere\(", p.read_text())]
    assert sorted(uses) == ["iat/management/commands/rotate_secrets.py", "iat/metrics.py", "iat/readiness.py", "projects/management/commands/export_project.py", "projects/workers.py", "renders/domain/calls.py", "renders/domain/gateway.py", "renders/workers.py", "renders/workers.py", "renders/workers.py", "spaces/access.py", "spaces/management/commands/fsck.py", "spaces/workers.py", "spaces/workers.py"]


def test_keys_that_point_upwards_are_few_and_known():
    order = ["spaces", "projects", "renders"]
    upward = sorted(
        f"{m.__name__}.{f.name}" for m in OURS for f in m._meta.local_fields
        if f.is_relation and f.related_model._meta.app_label in order and order.index(f.related_model._meta.app_label) > order.index(m._meta.app_label))
    assert upward == ["Asset.project", "AssetLink.project", "CostEvent.run", "Definition.project", "DefinitionRevision.project", "Fetch.project", "VersionPin.project"]
