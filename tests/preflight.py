"""Says which services the tests will use, and fails where `IAT_REQUIRE_SERVICES=1` demands one that is missing."""

import os
import shutil
import socket
import sys
from urllib.parse import urlsplit

POSTGRES = os.environ.get("IAT_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("IAT_TEST_REDIS", "redis://127.0.0.1:6379/9")
CHROMIUM = os.environ.get("IAT_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""


def answers(url: str) -> bool:
    """Whether somebody listens at the address."""
    at = urlsplit(url)
    try:
        with socket.create_connection((at.hostname or "127.0.0.1", at.port or 0), timeout=1):
            return True
    except OSError:
        return False


def found() -> dict[str, bool]:
    """Service by service."""
    return {"PostgreSQL": answers(POSTGRES), "Redis": answers(REDIS), "Chromium": bool(CHROMIUM)}


if __name__ == "__main__":
    there = found()
    if "--urls" in sys.argv:
        print(POSTGRES, REDIS)
        sys.exit(0 if there["PostgreSQL"] and there["Redis"] else 3)
    for name, ok in there.items():
        print(f"{name:<11} {'found' if ok else 'not found: its tests are skipped'}")
    if os.environ.get("IAT_REQUIRE_SERVICES") == "1" and not all(there.values()):
        sys.exit("IAT_REQUIRE_SERVICES=1, and not everything is there.")
