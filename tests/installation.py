"""A real installation in processes of its own: `manage.py up` in an empty folder, reached over a real socket."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Installation:
    """Starts, answers, is killed in parts, stops."""

    def __init__(self, home: Path, *, demo: bool = True, **more: str) -> None:
        self.home, self.port, self.demo = home, free_port(), demo
        home.mkdir(parents=True, exist_ok=True)
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("IAT_", "DATABASE_URL", "DJANGO_", "PYTEST_"))}
        self.env = {**clean, "IAT_HOME": str(home), "IAT_BIND": f"127.0.0.1:{self.port}", **more}
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, wait_s: float = 90) -> float:
        """Seconds until it was ready."""
        began, log = time.monotonic(), self.home / "up.log"
        command = [sys.executable, "manage.py", "up", *([] if self.demo else ["--no-demo"])]
        size = log.stat().st_size if log.exists() else 0
        with log.open("ab") as out:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=out, stderr=subprocess.STDOUT)
        while time.monotonic() - began < wait_s:
            text = log.read_bytes()[size:].decode(errors="replace")
            if f"http://127.0.0.1:{self.port}/" in text:
                return time.monotonic() - began
            if self.process.poll() is not None:
                raise RuntimeError(f"up ended with {self.process.returncode}:\n{text}")
            time.sleep(0.05)
        raise RuntimeError(f"not ready after {wait_s} s:\n{log.read_text()[-3000:]}")

    def stop(self) -> None:
        """Ctrl-C."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)

    def manage(self, *command: str, **how) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=120, **how)

    def workers(self) -> list[int]:
        """Process ids of the worker: its main process and its children."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                words = stat.read_bytes().split(b"\0")
                home = (stat.parent / "environ").read_bytes()
                if b"worker" in words and b"celery" in words and f"IAT_HOME={self.home}".encode() in home.split(b"\0"):
                    found.append(int(stat.parent.name))
        return sorted(found)

    def kill_worker(self, choose) -> None:
        """kill -9 for one process of the worker, or all of it at once."""
        pids = self.workers()
        for pid in ([choose(pids)] if pids and choose else pids):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def token(self) -> str:
        """A token of the local user."""
        made = self.manage("shell", "-v", "0", "-c", "from spaces.domain import people; print(people.make_token(people.local_user(), name='t', scopes=['read','write'])[1])")
        return made.stdout.strip().splitlines()[-1]

    def call(self, method: str, path: str, body=None, token: str = ""):
        """One JSON request."""
        request = urllib.request.Request(self.url + path, method=method, data=json.dumps(body).encode() if body is not None else None,
                                         headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return json.loads(text) if text else None
