"""A real S3 server beside the tests: rclone serves a folder over the S3 protocol and checks the signature of every request. What it took stays on disk when it is killed."""

import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

BESIDE = Path(sys.executable).parent / "rclone"
PROGRAM = str(BESIDE) if BESIDE.exists() else shutil.which("rclone")
KEY, SECRET = "IATTESTKEY", "a-secret-of-the-tests"


class Server:
    """One server, on a port of its own."""

    def __init__(self, root: Path):
        self.root = root
        (root / "studio").mkdir(parents=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url, self.process = f"http://127.0.0.1:{self.port}", None

    @staticmethod
    def there() -> bool:
        return PROGRAM is not None

    def start(self):
        command = [PROGRAM, "serve", "s3", "--config", "/dev/null", "--auth-key", f"{KEY},{SECRET}", "--addr", f"127.0.0.1:{self.port}", "--no-cleanup", "--log-level", "ERROR", str(self.root)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with socket.socket() as probe:
                probe.settimeout(0.2)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.02)
        raise RuntimeError("the S3 server did not start")

    def kill(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def files(self) -> dict[str, bytes]:
        """What lies in the bucket, by key; not what a kill left half-taken, which no client sees."""
        base = self.root / "studio"
        return {str(p.relative_to(base)): p.read_bytes() for p in base.rglob("*") if p.is_file() and not p.name.startswith(".rclone_temp")}
