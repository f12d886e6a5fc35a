"""Loaded before Django: every test process gets a home of its own. Never the one a person works in."""

import os
import shutil
import tempfile
from pathlib import Path

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
HOME = Path(tempfile.gettempdir()) / f"iat-test-{os.getuid()}-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}-{WORKER}"
shutil.rmtree(HOME, ignore_errors=True)
os.environ.setdefault("IAT_TEST_DATABASE_URL", os.environ.get("DATABASE_URL", ""))
os.environ["IAT_HOME"] = str(HOME)
os.environ["IAT_FERNET_KEYS"] = "another key for tests, of no use elsewhere"
os.environ["IAT_SECRET_KEY"] = "a key for tests, of no use elsewhere"
os.environ["IAT_SINGLE_USER"] = "0"
os.environ["IAT_DEBUG"] = "1"
os.environ["IAT_HOSTS"] = "testserver,127.0.0.1,localhost"
os.environ["IAT_LOG_LEVEL"] = "ERROR"


def pytest_unconfigure(config):
    shutil.rmtree(HOME, ignore_errors=True)
