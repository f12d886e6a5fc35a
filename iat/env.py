"""What this installation is told from outside: environment variables, and keys that the embedded set-up makes for itself."""

import json
import os
import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")


def text(name: str, otherwise: str = "") -> str:
    """A variable, trimmed."""
    return os.environ.get(name, "").strip() or otherwise


def flag(name: str, otherwise: bool) -> bool:
    """A yes or no; anything else is refused at start."""
    given = text(name).lower()
    if not given:
        return otherwise
    if given in ("1", "true", "yes", "on"):
        return True
    if given in ("0", "false", "no", "off"):
        return False
    raise SystemExit(f"{name}={given!r} is neither yes nor no. Use 1 or 0.")


def number(name: str, otherwise: int) -> int:
    """A whole number; anything else is refused at start."""
    given = text(name)
    try:
        return int(given) if given else otherwise
    except ValueError:
        raise SystemExit(f"{name}={given!r} is not a whole number.") from None


HOME = Path(text("IAT_HOME", str(ROOT / "var"))).resolve()
EMBEDDED = not text("DATABASE_URL") and not text("IAT_BROKER_URL")


def kept_key(name: str) -> str:
    """A key from the environment, or one that is made once and kept in `keys.json`, readable by this user only."""
    if given := text(name):
        return given
    if not EMBEDDED:
        raise SystemExit(f"{name} is not set. A production set-up names its own keys; see docs/operations.md.")
    HOME.mkdir(parents=True, exist_ok=True)
    file = HOME / "keys.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    if name not in kept:
        kept[name] = secrets.token_urlsafe(48)
        beside = file.with_suffix(f".{os.getpid()}.new")
        beside.touch(mode=0o600)
        beside.write_text(json.dumps(kept))
        beside.replace(file)
    return str(kept[name])
