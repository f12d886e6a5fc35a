"""What a candidate costs besides its picture, from the first nudge to the last row: a run of a thousand on Redis and PostgreSQL, against as many
Celery tasks that write one row, done by the same two worker processes.

`DATABASE_URL=postgres://… IAT_BROKER_URL=redis://… python -m bench overhead [candidates]`: a database of its own, dropped again; the queue must be free.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PROCESSES, EACH = 2, 40


def main(candidates: str = "1000") -> None:
    """Prints both and the ratio."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"IAT_HOME": home, "IAT_FILES": home, "DJANGO_SETTINGS_MODULE": "iat.settings", "IAT_LOG_LEVEL": "ERROR", "IAT_SECRET_KEY": "of no use elsewhere", "IAT_FERNET_KEYS": "nor this",
                       "IAT_SINGLE_USER": "1", "OMP_NUM_THREADS": "1", "OPENCV_FOR_THREADS_NUM": "1"}
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        connection.settings_dict["TEST"]["NAME"] = name = "iat_bench_overhead"
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        worker = None
        try:
            call_command("seed_demo", verbosity=0)
            env = {**os.environ, "DATABASE_URL": os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + name}
            worker = subprocess.Popen([sys.executable, "-m", "celery", "-A", "bench.queue", "worker", "-c", str(PROCESSES), "-l", "ERROR", "--without-gossip", "--without-mingle"], env=env)
            _measure(int(candidates), worker.pid)
        finally:
            if worker:
                worker.terminate()
                worker.wait(60)
            connection.creation.destroy_test_db("postgres", verbosity=0)


def _measure(candidates: int, worker: int) -> None:
    from iat.kernel import enter
    from projects.models import Project
    from renders.domain import tasks
    from renders.models import RunCandidate, Task
    from renders.pipeline import plan, runner
    from spaces.domain import people

    with enter.everywhere("the benchmark counts"):
        project, by = Project.objects.order_by("created_at")[0], people.local_user()
        first = Task.objects.filter(project=project, scene__isnull=False).order_by("created_at")[0]
    with enter.in_project(project):
        cast = [c.character_id for c in first.cast.all()]
        panels = [tasks.create(project, name=f"Bench {n}", characters=cast, scene_id=first.scene_id, by=by) for n in range(1 + candidates // EACH)]
        warm = runner.start(panels[:1], plan.Wish(candidates=8, width=256, height=256), by=by)
        _until(lambda: not RunCandidate.objects.filter(job__run=warm, status__in=["planned", "running"]).exists())
        floors = [_floor(warm, candidates, worker)]
        began, cpu = time.perf_counter(), _cpu(worker)
        run = runner.start(panels[1:], plan.Wish(candidates=EACH, width=256, height=256), by=by)
        planned = time.perf_counter() - began
        _until(lambda: run.jobs.exclude(status__in=["planned", "running"]).count() == len(panels) - 1)
        wall, spent = time.perf_counter() - began - planned, _cpu(worker) - cpu
        done = list(RunCandidate.objects.filter(job__run=run))
        floors.append(_floor(warm, candidates, worker))
    n = len(done)
    picture, files, core = (sum(c.meta[what] for c in done) / n * 1000 for what in ("picture_s", "files_s", "picture_cpu_s"))
    each, cpu_each = wall * PROCESSES / n * 1000, spent / n * 1000
    wall_floor, cpu_floor = (sum(f[k] for f in floors) / 2 for k in (0, 1))
    print(f"{n} candidates in {wall:.1f} s (planned in {planned:.1f} s). Floor, a task that writes one row: {wall_floor:.2f} ms of a worker, {cpu_floor:.2f} CPU-ms")
    print(f"by the clock, beside two workers that draw on every core: {each:.1f} ms each, of it picture {picture:.1f}, files {files:.1f}; the rest {each - picture - files:.1f} ms = {(each - picture - files) / wall_floor:.1f} x the floor")
    print(f"by CPU time of the workers: {cpu_each:.1f} ms each, of it picture {core:.1f}; the rest with files {cpu_each - core:.1f} CPU-ms = {(cpu_each - core) / cpu_floor:.1f} x the floor")


def _cpu(worker: int) -> float:
    """CPU seconds of the worker's processes so far, by the kernel's count."""
    told = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == worker:
                told += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return told


def _floor(run: Any, tasks: int, worker: int) -> tuple[float, float]:
    """Milliseconds of a worker, and CPU-milliseconds of its processes, for one task with one row."""
    from iat.kernel import queue
    from renders.models import RunEvent

    before, began, cpu = RunEvent.objects.filter(run=run).count(), time.perf_counter(), _cpu(worker)
    for _ in range(tasks):
        queue.enqueue("bench.row", run_id=str(run.pk), project_id=str(run.project_id))
    _until(lambda: RunEvent.objects.filter(run=run).count() >= before + tasks)
    return (time.perf_counter() - began) * PROCESSES / tasks * 1000, (_cpu(worker) - cpu) / tasks * 1000


def _until(true: Any, *, most_s: float = 1200) -> None:
    end = time.monotonic() + most_s
    while not true():
        if time.monotonic() > end:
            raise SystemExit("the workers did not finish in time")
        time.sleep(0.05)
