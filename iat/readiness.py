"""Looks whether the parts this installation needs are there, and says how to mend what is not."""

import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from iat.kernel import enter, filestore
from spaces.domain import beats


@dataclass(frozen=True)
class Item:
    """One thing that was looked at; `mend` says what to do when it is not ok."""

    name: str
    ok: bool
    text: str
    mend: str = ""


def look() -> list[Item]:
    """The quick checks: what a load balancer asks every few seconds."""
    return [_database(), _store(), _broker()]


def look_closely() -> list[Item]:
    """Everything `manage.py doctor` tells."""
    return [*look(), _migrations(), _worker(), _static(), _space_left(), _sqlite(), _single_user(), _signing(), _files()]


def _database() -> Item:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return Item("database", True, f"{connection.vendor} answers")
    except Exception as error:
        return Item("database", False, f"{type(error).__name__}: no answer", "Is the server running, and DATABASE_URL right? Its form is postgres://user:password@host:5432/name.")


def _store() -> Item:
    probe = f"{filestore.TMP}-probe-{os.getpid()}"
    try:
        filestore.store().write(probe, b"probe")
        filestore.store().delete(probe)
        return Item("store", True, "files can be written")
    except Exception as error:
        return Item("store", False, f"{type(error).__name__}: cannot write", f"Give this user write access to {settings.IAT_FILES}, or check the IAT_S3_… settings.")


def _broker() -> Item:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=0, timeout=3)
        return Item("broker", True, f"{broker.transport.driver_name} answers")
    except Exception as error:
        return Item("broker", False, f"{type(error).__name__}: no answer", "Is Redis or RabbitMQ running, and IAT_BROKER_URL right? Its form is redis://host:6379/0.")


def _migrations() -> Item:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Exception:
        return Item("migrations", False, "cannot be read", "Mend the database first.")
    return Item("migrations", not waiting, f"{len(waiting)} waiting" if waiting else "all applied", "Run: python manage.py migrate")


def heartbeat() -> Item:
    """When a worker was last heard: a beat every ten seconds, through clock, broker, worker and database."""
    mend = "Is one running? celery -A iat worker, and one celery -A iat beat; `make run` starts both."
    try:
        silent = beats.silent_for(now=timezone.now())
    except Exception:
        return Item("worker", False, "cannot be asked", mend)
    if silent is None:
        return Item("worker", False, "none was ever heard", mend)
    return Item("worker", silent < beats.SILENT_S, f"heard {silent:.0f} s ago", mend)


def _worker() -> Item:
    """The same for the doctor, who may well be called while an embedded installation is stopped."""
    seen = heartbeat()
    return seen if not settings.EMBEDDED or seen.ok else Item("worker", True, f"{seen.text}; `make run` starts it")


def _static() -> Item:
    there = (Path(settings.STATIC_ROOT) / "staticfiles.json").exists() or settings.DEBUG
    return Item("static files", there, "collected" if there else "not collected", "Run: python manage.py collectstatic --noinput")


def _space_left() -> Item:
    folder = Path(settings.IAT_FILES)
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e9
    return Item("disk", free > 2, f"{free:.0f} GB free", "Free some space: pictures are refused when the disk is full.")


def _sqlite() -> Item:
    fine = sqlite3.sqlite_version_info >= (3, 35)
    return Item("sqlite library", fine, sqlite3.sqlite_version, "Install a Python with SQLite 3.35 or newer.")


def _single_user() -> Item:
    from iat.checks import single_user_only_at_home

    wrong = single_user_only_at_home(None)
    return Item("sign-in", not wrong, "single-user, bound to this machine" if settings.IAT_SINGLE_USER and not wrong else "people sign in" if not wrong else wrong[0].msg, wrong[0].hint or "" if wrong else "")


def _signing() -> Item:
    from renders.domain import provenance

    wrong = provenance.cannot_sign()
    return Item("signing", not wrong, wrong or ("finished pictures are signed (C2PA)" if settings.IAT_C2PA else "off: no certificate is named"), "Check IAT_C2PA_CERTIFICATE, IAT_C2PA_KEY and IAT_C2PA_ALGORITHM.")


def _files() -> Item:
    from spaces.domain import sweeping

    try:
        with enter.everywhere("the doctor looks at the files of all spaces"):
            gone = sweeping.missing(filestore.store())
    except Exception:
        return Item("files", False, "cannot be compared with their rows", "Mend the database and the store first.")
    names = ", ".join(row.storage_uri for row in gone[:5])
    return Item("files", not gone, f"{len(gone)} rows miss their file: {names}" if gone else "every row has its file", "Restore these from your backup; see docs/operations.md.")
