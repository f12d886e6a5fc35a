"""kill -9 of worker, web server, broker and database at random moments while a paid provider draws: nothing lost, nothing twice, nothing paid twice.

The provider is a local server that speaks its contract and counts what it would bill. Broker and database are private ones, started here
(Redis and PostgreSQL must be installed), so that killing them hurts nobody.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.kill import AUDIT
from tests.installation import Installation, free_port
from tests.renders.wires import SERVERS

KEYS = {"IAT_SECRET_KEY": "of no use elsewhere", "IAT_FERNET_KEYS": "nor this", "IAT_SINGLE_USER": "1", "IAT_LEASE_SECONDS": "15", "IAT_SWEEP_SECONDS": "2"}


class Service:
    """A process that is started again whenever it was killed."""

    def __init__(self, *command: str, as_user: str = "") -> None:
        self.command = ["su", as_user, "-s", "/bin/sh", "-c", " ".join(command)] if as_user and os.getuid() == 0 else list(command)
        self.process: Any = None

    def start(self) -> None:
        """Again, in a group of its own."""
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def kill(self) -> None:
        """-9 to the whole group, then up again."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """For good."""
        self.kill()


def database(folder: Path) -> tuple[Service, str]:
    """A private PostgreSQL."""
    tools, port = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1], free_port()
    data = folder / "pg"
    data.mkdir()
    folder.chmod(0o755)
    if os.getuid() == 0:
        shutil.chown(data, "postgres", "postgres")
    made = Service(f"{tools}/initdb", "-D", str(data), "-U", "postgres", "-A", "trust", as_user="postgres")
    made.start()
    made.process.wait()
    server = Service(f"exec {tools}/postgres", "-D", str(data), "-p", str(port), "-k", str(data), "-c", "listen_addresses=127.0.0.1", as_user="postgres")
    return server, f"postgres://postgres@127.0.0.1:{port}/postgres"


def patiently(do: Any, *, until_s: float = 60) -> Any:
    """As `do`, over and over while somebody has just been killed."""
    began = time.monotonic()
    while True:
        try:
            return do()
        except Exception:
            if time.monotonic() - began > until_s:
                raise
            time.sleep(0.2)


def main(kills: str = "100", candidates: str = "240", code: str = "replicate", seed: str = "1") -> None:
    """Prints what was counted on both sides."""
    with tempfile.TemporaryDirectory() as name, SERVERS[code]() as server:
        folder, redis = Path(name), free_port()
        pg, url = database(folder)
        broker = Service("redis-server", "--port", str(redis), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        for service in (pg, broker):
            service.start()
        place = Installation(folder / "home", DATABASE_URL=url, IAT_BROKER_URL=f"redis://127.0.0.1:{redis}/0", **KEYS)
        try:
            patiently(lambda: place.start(), until_s=30)
            print(json.dumps(_under_fire(place, server, {"database": pg, "broker": broker}, int(kills), int(candidates), random.Random(int(seed))), indent=1))
        finally:
            place.stop()
            for service in (pg, broker):
                service.stop()


def _under_fire(place: Installation, server: Any, services: dict[str, Service], kills: int, candidates: int, rng: random.Random) -> dict[str, Any]:
    token = place.token()
    call = lambda *told: patiently(lambda: place.call(*told, token=token))  # noqa: E731
    project = call("GET", "/api/projects")["items"][0]["id"]
    call("PUT", f"/api/projects/{project}/providers/{server.code}", {"config": {"base_url": server.url}, "concurrent": 8, "per_minute": 0})
    for name, value in server.secrets.items():
        call("PUT", f"/api/projects/{project}/secrets/{server.code}/{name}", {"value": value})
    tasks = [t["id"] for t in call("GET", f"/api/projects/{project}/tasks")["items"]][: -(-candidates // 40)]
    run = place.call("POST", f"/api/projects/{project}/runs", {"task_ids": tasks, "candidates": 40, "width": 256, "height": 256, "provider_code": server.code}, token)["run"]["id"]
    began, killed = time.monotonic(), Counter()
    while sum(killed.values()) < kills:
        time.sleep(rng.uniform(0.1, 1.6))
        which = rng.choice(["worker", "worker", "one of the worker", "web", "broker", "database"])
        if which in services:
            services[which].kill()
            services[which].start()
        elif which == "web":
            _kill_web(place)
        else:
            place.kill_worker(rng.choice if which.startswith("one") else None)
        killed[which] += 1
        if call("GET", f"/api/runs/{run}")["status"] not in ("planned", "running"):
            break
    while (seen := call("GET", f"/api/runs/{run}"))["status"] in ("planned", "running") and time.monotonic() - began < 900:
        time.sleep(0.5)
    told = [c for j in seen["jobs"] for c in j["candidates"]]
    bills = Counter((o.get("prompt"), o.get("seed")) for o in server.orders)
    audit = json.loads(place.manage("shell", "-v", "0", "-c", AUDIT % run).stdout.strip().splitlines()[-1])
    return {"provider": server.code, "kills": dict(killed), "seconds": round(time.monotonic() - began), "run": seen["status"], "candidates": len(told), "states": dict(Counter(c["status"] for c in told)),
            "not ended": sum(c["status"] in ("planned", "running") for c in told), "billed by the provider": len(server.orders), "billed twice": sum(n - 1 for n in bills.values()),
            "ended as unknown, told to a person": sum("may have been done" in (c["error"] or "") for c in told), "other failures": sorted({(c["error"] or "")[:120] for c in told if c["status"] == "failed" and "may have been done" not in (c["error"] or "")}),
            "files without row": audit["files_without_row"], "rows without file": audit["rows_without_file"], "finals": audit["finals"], "drafts": audit["drafts"]}


def _kill_web(place: Installation) -> None:
    for stat in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if b"granian" in stat.read_bytes() and f"IAT_HOME={place.home}".encode() in (stat.parent / "environ").read_bytes().split(b"\0"):
                os.kill(int(stat.parent.name), signal.SIGKILL)
