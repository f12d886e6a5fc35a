"""No foreign key leads into another space or project: every one is tried in the database itself, past all verbs."""

import io
import uuid

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from iat.kernel import enter, isolation
from projects import archives
from projects.domain import accounts, arrivals, storage
from projects.models import StorageSync, SyncedFile, Webhook
from renders.models import BaseView, KitOrder, ProviderCall, QualityReport
from spaces.models import Asset, AvatarAsset, AvatarKit, Definition, Fetch, Space, Template, TemplateVersion, User, VersionPin
from tests.iat.test_packages import pack

OURS = ("spaces", "projects", "renders")


@pytest.fixture
def twins(rendered_world):
    """Ana's world and a whole copy of it in sam's space, with something in every table of each."""
    w = rendered_world
    with enter.in_space(w.sams):
        copy = arrivals.bring(w.sams, archives.members(io.BytesIO(pack(w))), by=w.sam)
    for project, space, by in ((w.project, w.space, w.ana), (copy, w.sams, w.sam)):
        with enter.in_project(project):
            canon = Definition.objects.filter(scope_kind="space", type="character").first()
            kit, picture = AvatarKit.objects.get(character__name="Mara"), AvatarAsset.objects.first()
            VersionPin.objects.create(space=space, project=project, definition=canon, created_by=by)
            template = Template.objects.create(space=space, kind="character", name="T")
            TemplateVersion.objects.create(space=space, template=template, number=1, name="T")
            Fetch.objects.create(space=space, project=project, url="https://a.example/x")
            account = accounts.put(project, "openai", by=by, concurrent=1, per_minute=1)
            Webhook.objects.create(project=project, url="https://a.example", secret="x")
            storage.put(project, by=by, mode="local")
            StorageSync.objects.create(project=project)
            SyncedFile.objects.create(project=project, asset=Asset.objects.filter(project=project).first(), is_good=True, key="x")
            ProviderCall.objects.create(space=space, project=project, account=account, provider_code="x", operation="x", unit=str(project.pk), idempotency_key=uuid.uuid4())
            rendered = apps.get_model("renders.RenderedAsset").objects.filter(project=project).first()
            BaseView.objects.create(space=space, project=project, definition=Definition.objects.filter(project=project).first(), rendered_asset=rendered, view="close_up")
            run = apps.get_model("renders.Run").objects.first()
            job = run.jobs.first()
            QualityReport.objects.create(project=project, run=run, job=job, candidate=job.candidates.first(), report_type="human_review", summary={"decision": "approved"})
            apps.get_model("renders.ConsistencyScore").objects.filter(candidate=job.candidates.first()).exists()
        with enter.in_space(space):
            order = KitOrder.objects.create(space=space, kit=kit, what="core", provider_code="storyboard")
            order.items.create(space=space, order=order, position=0, asset_type="pose", seed=1, picture=picture)
    with enter.everywhere("both sides"):
        yield w, copy


def first(model, *, space=None, project=None):
    """A row of this owner, whichever column says so; the project's own before the space's."""
    rows, mine = model._base_manager.all(), isolation.owners(model)
    if project is not None and "project" in mine:
        return rows.filter(project_id=project.pk).first() or (rows.filter(space_id=space.pk).first() if "space" in mine else None)
    return rows.filter(space_id=space.pk).first() if "space" in mine else None


def plain(value):
    return value.hex if connection.vendor == "sqlite" else str(value)


def test_every_foreign_key_stays_with_its_owner(twins):
    w, copy = twins
    tried, untried = [], []
    for model in isolation.walled():
        for column, target, _ in isolation.keys(model):
            row, stranger = first(model, space=w.space, project=w.project), first(target, space=w.sams, project=copy)
            if row is None or stranger is None:
                untried.append(f"{model.__name__}.{column}")
                continue
            with pytest.raises(IntegrityError, match=r"another|share one space"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = %s WHERE id = %s", [plain(stranger.pk), plain(row.pk)])
            tried.append(f"{model.__name__}.{column}")
    assert untried == [] and len(tried) > 85


def test_no_row_moves_to_another_owner(twins):
    w, copy = twins
    for model in isolation.walled():
        row = first(model, space=w.space, project=w.project)
        for owner in isolation.owners(model):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"UPDATE {model._meta.db_table} SET {owner}_id = %s WHERE id = %s", [plain(copy.pk if owner == "project" else w.sams.pk), plain(row.pk)])


def test_new_rows_are_tried_as_well(twins):
    w, copy = twins
    asset = Asset._base_manager.filter(project=copy).first()
    for wrong in (lambda: SyncedFile(project=w.project, asset=asset, is_good=True, key="k"), lambda: QualityReport(project=w.project, run_id=apps.get_model("renders.Run")._base_manager.filter(project=copy).first().pk, report_type="human_review")):
        with pytest.raises(IntegrityError, match="another"), transaction.atomic():
            wrong().save(force_insert=True)


def test_every_table_with_an_owner_says_so_in_its_columns():
    for model in isolation.walled():
        assert isolation.owners(model) == set(model.scope.named()), model.__name__
    assert {m for m in apps.get_models() if m._meta.app_label in OURS and not m._meta.proxy} > {Space, User}
