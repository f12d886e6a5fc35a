"""A project of 2,000 files of 1.5 MB as a stored zip over HTTP, against the system's tar writing the same files to a pipe, in the same run.

`python -m bench export [files] [rounds]`: an installation of its own on SQLite with granian in front; 3 GB of room in the folder for temporary files are needed.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

SIZE = 1_500_000
PORT = 18765


def main(files: str = "2000", rounds: str = "5") -> None:
    """Prints both speeds, the ratio of medians, and the server's peak of memory."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"IAT_HOME": home, "IAT_FILES": f"{home}/files", "DJANGO_SETTINGS_MODULE": "iat.settings", "IAT_LOG_LEVEL": "ERROR", "IAT_SINGLE_USER": "1", "IAT_BIND": f"127.0.0.1:{PORT}"}
        os.environ.pop("DATABASE_URL", None)
        os.environ.pop("IAT_BROKER_URL", None)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        url = _project(int(files))
        server = subprocess.Popen([sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(PORT), "--workers", "1", "--blocking-threads", "4", "--log-level", "error", "iat.wsgi:application"])
        try:
            _until_up()
            folder = Path(home) / "files/projects"
            _tar(folder)  # the files are in the page cache from here on, for both
            ours, theirs = [], []
            for _ in range(int(rounds)):
                theirs.append(_tar(folder))
                ours.append(_fetch(url))
            peak = _peak(server.pid)
        finally:
            server.terminate()
            server.wait(20)
    total = int(files) * SIZE / 1e6
    mine, tar = (sorted(total / t for t in times)[len(times) // 2] for times in (ours, theirs))
    print(f"{files} files of {SIZE / 1e6} MB: zip over HTTP {mine:,.0f} MB/s, tar to a pipe {tar:,.0f} MB/s (medians of {rounds}): {mine / tar:.2f} x; the server's memory peaked at {peak:.0f} MB")


def _project(count: int) -> str:
    """A project with that many files, exported; the address of its package."""
    import hashlib

    from iat.kernel import enter, filestore
    from projects.domain import exports, projects
    from spaces.domain import assets, people, spaces
    from spaces.models import Asset

    by, noise = people.local_user(), os.urandom(SIZE)
    space = spaces.create(name="Bench", by=by)
    with enter.in_space(space):
        project = projects.create(space, name="Bench", by=by)
    with enter.in_project(project):
        rows: list[Any] = []
        for n in range(count):
            data = n.to_bytes(8, "big") + noise[8:]
            path = f"{assets.folder(project)}/input/file_{n:08d}.png"
            full = Path(os.environ["IAT_FILES"]) / path
            full.parent.mkdir(parents=True, exist_ok=True)
            full.write_bytes(data)
            rows.append(Asset(space=space, project=project, kind="input", storage_uri=path, mime_type="image/png", width=1, height=1, byte_size=SIZE, sha256=hashlib.sha256(data).hexdigest(), created_by=by))
        Asset.objects.bulk_create(rows, batch_size=500)
        began = time.perf_counter()
        row = exports.start(project, format="zip", by=by)
        assert exports.work(row.pk) == "done", filestore.store()
        print(f"prepared (rows frozen, every file read and compared) in {time.perf_counter() - began:.1f} s")
    return f"http://127.0.0.1:{PORT}/api/exports/{row.pk}/download"


def _until_up() -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health", timeout=2)
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def _tar(folder: Path) -> float:
    """Seconds of `tar` into a pipe whose other end is thrown away."""
    began = time.perf_counter()
    tar = subprocess.Popen(["tar", "-cf", "-", "-C", str(folder), "."], stdout=subprocess.PIPE)
    subprocess.run(["cat"], stdin=tar.stdout, stdout=subprocess.DEVNULL, check=True)
    tar.wait()
    return time.perf_counter() - began


def _fetch(url: str) -> float:
    """Seconds until curl has the last byte."""
    began = time.perf_counter()
    subprocess.run(["curl", "-sS", "--fail", "-o", "/dev/null", url], check=True)
    return time.perf_counter() - began


def _peak(pid: int) -> float:
    """The largest resident memory of the server's processes so far, in MB."""
    told = 0.0
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in path.read_text().splitlines() if ":" in line)
        except OSError:
            continue
        if pid in (int(lines["Pid"]), int(lines["PPid"])):
            told = max(told, int(lines.get("VmHWM", "0 kB").split()[0]) / 1024)
    return told
