"""Backup and restore of an installation: the database first, the files after it, so that every row of the copy has its file.

Files are never changed in place, so a second backup into the same folder copies only what is new.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db import connection
from django.utils import timezone

from iat import __version__
from iat.kernel import filestore
from iat.kernel.errors import Refused

NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
LEFT_OUT = ("thumbs/", "sheets/")


def make(folder: Path) -> dict[str, Any]:
    """Writes `database.*`, `files/` and `backup.json` into a folder. Raises Refused with a sentence where a tool or room is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    dump = folder / NAMES[connection.vendor]
    beside = dump.with_suffix(".part")
    (_dump_sqlite if connection.vendor == "sqlite" else _dump_postgresql)(beside)
    beside.replace(dump)
    copied, total = _copy_files(folder / "files")
    told = {"made_at": timezone.now().isoformat(), "version": __version__, "database": connection.vendor, "sha256": _digest(dump), "files": total, "copied": copied, "store": filestore.store().backend}
    (folder / "backup.json").write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return told


def bring_back(folder: Path) -> dict[str, Any]:
    """Puts a backup into an empty installation. Raises Refused where something is there already, or the backup is not what it was."""
    try:
        told: dict[str, Any] = orjson.loads((folder / "backup.json").read_bytes())
        dump = folder / NAMES[told["database"]]
    except (OSError, orjson.JSONDecodeError, KeyError):
        raise Refused(f"{folder} holds no backup: backup.json is missing or damaged.") from None
    if told["database"] != connection.vendor:
        raise Refused(f"This backup is of {told['database']}, this installation runs on {connection.vendor}. Move projects between the two as packages: export_project, import_package.")
    if not dump.exists() or _digest(dump) != told["sha256"]:
        raise Refused(f"{dump.name} is not what backup.json says: it is damaged or from another backup.")
    if "spaces_space" in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM spaces_space")
            if cursor.fetchone()[0]:
                raise Refused("This installation has spaces already. Restore into an empty one, so that nothing is lost.")
    connection.close()
    (_load_sqlite if connection.vendor == "sqlite" else _load_postgresql)(dump)
    told["restored"] = _put_files_back(folder / "files")
    return told


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _dump_sqlite(to: Path) -> None:
    """SQLite's own online backup: a whole copy while others write."""
    to.unlink(missing_ok=True)
    with closing(sqlite3.connect(f"file:{settings.DATABASES['default']['NAME']}?mode=ro", uri=True)) as source, closing(sqlite3.connect(to)) as copy:
        source.backup(copy)


def _load_sqlite(dump: Path) -> None:
    place = Path(settings.DATABASES["default"]["NAME"])
    place.parent.mkdir(parents=True, exist_ok=True)
    for leftover in (place, place.with_name(f"{place.name}-wal"), place.with_name(f"{place.name}-shm")):
        leftover.unlink(missing_ok=True)
    shutil.copyfile(dump, place)


def _dump_postgresql(to: Path) -> None:
    _run("pg_dump", "--format=custom", "--no-owner", "--file", str(to), _name())


def _load_postgresql(dump: Path) -> None:
    _run("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", "--dbname", _name(), str(dump))


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _run(*command: str) -> None:
    """A tool of PostgreSQL; the password goes by the environment, never by the command line."""
    told = connection.settings_dict
    env = {**os.environ, **{k: str(v) for k, v in (("PGHOST", told["HOST"]), ("PGPORT", told["PORT"]), ("PGUSER", told["USER"]), ("PGPASSWORD", told["PASSWORD"])) if v}}
    if shutil.which(command[0]) is None:
        raise Refused(f"{command[0]} is not installed here. It comes with PostgreSQL's client programs; its version must not be older than the server's.")
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"{command[0]} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}")


def _copy_files(folder: Path) -> tuple[int, int]:
    """Every file of a local store that the folder does not have yet; a bucket is mirrored by its own means. Thumbnails and prints are made anew."""
    store = filestore.store()
    if not isinstance(store, filestore.LocalStore):
        return 0, 0
    copied = total = 0
    for path, _ in store.walk():
        if path.startswith(LEFT_OUT):
            continue
        total += 1
        copied += _copied(store.root / path, folder / path)
    return copied, total


def _copied(source: Path, target: Path) -> bool:
    """Copies what is not there in that size; a file appears under its name whole or not at all."""
    try:
        if target.exists() and target.stat().st_size == source.stat().st_size:
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.part")
        shutil.copyfile(source, beside)
        beside.replace(target)
    except FileNotFoundError:  # deleted meanwhile: nobody needs it any more
        return False
    except OSError as error:
        raise Refused(f"{target} cannot be written ({error.strerror}).") from None
    return True


def _put_files_back(folder: Path) -> int:
    store = filestore.store()
    if not isinstance(store, filestore.LocalStore):
        return 0
    return sum(_copied(path, store.root / path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".part"))
