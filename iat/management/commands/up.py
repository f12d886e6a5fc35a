"""`manage.py up`: the whole embedded installation in one terminal — web server, worker, sweeper's clock. Ctrl-C stops all of it."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from iat import __version__, env

PDEATHSIG = 1


def _die_with_parent() -> None:
    """On Linux a child ends when this command is killed; elsewhere Ctrl-C has to do."""
    if sys.platform == "linux":
        ctypes.CDLL("libc.so.6", use_errno=True).prctl(PDEATHSIG, signal.SIGTERM)


class Part:
    """One process that is kept running."""

    def __init__(self, name: str, *command: str) -> None:
        self.name, self.command = name, command
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0

    def start(self) -> None:
        """Starts it in a session of its own, so that Ctrl-C reaches us first."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.command, start_new_session=True, preexec_fn=_die_with_parent, cwd=env.ROOT)

    def ended(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self.process.poll() if self.process else None

    def stop(self, *, grace_s: float = 8) -> None:
        """Asks, waits, then insists."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(grace_s)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Command(BaseCommand):
    """Sets up what is missing, starts the parts, prints the address, waits."""

    help = "Runs web server, worker and clock of an embedded installation; sets up database and demo world at the first start."

    def add_arguments(self, parser: Any) -> None:
        """`--no-demo` leaves the demo world out; `--once` stops again when everything is up (for tests)."""
        parser.add_argument("--no-demo", action="store_true")
        parser.add_argument("--once", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """The whole life of the installation in this terminal."""
        host, _, port = settings.IAT_BIND.rpartition(":")
        self._port_is_free(host, int(port))
        self._set_up(demo=not options["no_demo"])
        parts = self._parts(host, port)
        stopping: list[int] = []
        for which in (signal.SIGINT, signal.SIGTERM):
            signal.signal(which, lambda number, frame: stopping.append(number))
        parts[0].start()
        try:
            self._wait_until_served(parts, stopping)
            for part in parts[1:]:  # after the first page: on two cores they would only delay it
                part.start()
            if not stopping:
                self.stdout.write(self.style.SUCCESS(f"\n  IAT {__version__} is ready:  http://{settings.IAT_BIND}/\n"))
                self.stdout.write(f"  Everything it keeps lies in {env.HOME}. Ctrl-C stops it.\n")
                self.stdout.flush()
            while not stopping and not options["once"]:
                self._watch(parts)
                time.sleep(0.3)
        finally:
            self.stdout.write("Stopping …")
            for part in reversed(parts):
                part.stop()
            self.stdout.write("Stopped. Everything is kept.")

    def _port_is_free(self, host: str, port: int) -> None:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host.strip("[]"), port))
            except OSError as error:
                raise CommandError(f"Cannot listen on {settings.IAT_BIND}: {error.strerror}. Is another one running? Choose another address: IAT_BIND=127.0.0.1:8010 make run") from None

    def _set_up(self, *, demo: bool) -> None:
        call_command("migrate", verbosity=0)
        stamp = Path(settings.STATIC_ROOT) / ".version"
        newest = max((int(p.stat().st_mtime) for p in (env.ROOT / "static").rglob("*")), default=0)
        mark = f"{__version__} {newest}"
        if not stamp.exists() or stamp.read_text() != mark:
            call_command("collectstatic", verbosity=0, interactive=False)
            stamp.write_text(mark)
        seeded = env.HOME / ".seeded"
        if demo and not seeded.exists():
            self.stdout.write("Drawing the demo world (a few seconds, once) …")
            self.stdout.flush()
            call_command("seed_demo", stdout=self.stdout)
            seeded.touch()

    def _parts(self, host: str, port: str) -> list[Part]:
        python = sys.executable
        workers = str(max(1, min(4, os.cpu_count() or 1)))
        celery = (python, "-W", "ignore", "-m", "celery", "-A", "iat", "--quiet")
        return [
            Part("web", python, "-m", "granian", "--interface", "wsgi", "--host", host.strip("[]"), "--port", port, "--workers", "1", "--blocking-threads", "4", "--log-level", "error", "iat.wsgi:application"),
            Part("worker", *celery, "worker", "--concurrency", workers, "--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"),
            Part("clock", *celery, "beat", "--loglevel", "WARNING", "--pidfile="),
        ]

    def _wait_until_served(self, parts: list[Part], stopping: list[int]) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until and not stopping:
            if (code := parts[0].ended()) is not None:
                raise CommandError(f"The web server stopped with code {code}; what it said stands above.")
            try:
                with urllib.request.urlopen(f"http://{settings.IAT_BIND}/api/health", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.05)
        if not stopping:
            raise CommandError("The web server did not answer within a minute. Try `manage.py doctor`.")

    def _watch(self, parts: list[Part]) -> None:
        """A part that died is started again; its unfinished work is given out by the sweeper."""
        for part in parts:
            if (code := part.ended()) is not None:
                if time.monotonic() - part.started < 2:
                    time.sleep(2)
                self.stderr.write(f"The {part.name} ended ({code}); starting it again.")
                part.start()
