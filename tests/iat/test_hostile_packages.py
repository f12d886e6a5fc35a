"""Packages that were damaged, or made to do harm: each is refused with a reason, and nothing of it is left."""

import hashlib
import io
import tarfile
import warnings
import zipfile

import orjson

from iat.kernel.errors import Refused
from tests.iat.test_packages import bring, everything, pack


class Broken:
    """A real package, taken apart so that one thing about it can be made wrong."""

    def __init__(self, data):
        archive = zipfile.ZipFile(io.BytesIO(data))
        self.members = {name: archive.read(name) for name in archive.namelist()}

    @property
    def manifest(self):
        return orjson.loads(self.members["manifest.json"])

    def told(self, **changes):
        self.members["manifest.json"] = orjson.dumps({**self.manifest, **changes})
        return self

    def lines(self, label):
        return [orjson.loads(line) for line in self.members[f"rows/{label}.jsonl"].splitlines()]

    def rows(self, label, rows, name=""):
        """Other rows in a table, with a manifest that agrees."""
        return self.part(name or f"rows/{label}.jsonl", b"".join(r if isinstance(r, bytes) else orjson.dumps(r) + b"\n" for r in rows))

    def part(self, name, data):

        self.members[name] = data
        parts = [{**p, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} if p["name"] == name else p for p in self.manifest["parts"]]
        return self.told(parts=parts)

    def change(self, label, at=0, **changes):
        rows = self.lines(label)
        rows[at] = {**rows[at], **changes}
        return self.rows(label, rows)

    def file(self, at=0):
        return [n for n in self.members if n.startswith("files/")][at]

    def zip(self, pack=zipfile.ZIP_STORED, order=None):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", pack) as archive:
            for name in order or self.members:
                archive.writestr(name, self.members[name])
        return out.getvalue()

    def tar(self, tamper=lambda info: info):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.USTAR_FORMAT) as archive:
            for name, data in self.members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                info = tamper(info)
                archive.addfile(info, io.BytesIO(data) if info.isreg() else None)
        return out.getvalue()


def linked(kind):
    def tamper(info):
        if info.name.startswith("files/"):
            info.type, info.linkname, info.size = kind, "/etc/passwd", 0
        return info
    return tamper


def renamed(name):
    def tamper(info):
        info.name = name if info.name.startswith("files/") else info.name
        return info
    return tamper


def without(b, name):
    b.members.pop(name)
    return b


def moved(b, name, to):
    b.members = {to if n == name else n: d for n, d in b.members.items()}
    return b


def listed(b, **changes):
    rows = [orjson.loads(line) for line in b.members["files.jsonl"].splitlines()]
    rows[0] = {**rows[0], **changes}
    return b.rows("", rows, "files.jsonl")


def bomb(b):
    """Gigabytes of zeros that deflate to nothing, under an honest name."""
    name = b.file()
    b.members[name] = b"\0" * 60_000_000
    return b.zip(zipfile.ZIP_DEFLATED)


def twice(b):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings(action="ignore"):
        for name, data in [*b.members.items(), *list(b.members.items())[-1:]]:
            archive.writestr(name, data)
    return out.getvalue()


def picture_of(b, data):
    """Another file in place of the first picture, everything else in agreement."""

    name, sha = b.file(), hashlib.sha256(data).hexdigest()
    rows = [orjson.loads(line) for line in b.members["files.jsonl"].splitlines()]
    at = next(i for i, r in enumerate(rows) if r["name"] == name)
    pk, old = rows[at]["id"], rows[at]["size"]
    rows[at] |= {"sha256": sha, "size": len(data)}
    b.members[name] = data
    b.rows("", rows, "files.jsonl").told(counts={**b.manifest["counts"], "bytes": b.manifest["counts"]["bytes"] - old + len(data)})
    assets = [{**r, "sha256": sha, "byte_size": len(data)} if r["id"] == pk else r for r in b.lines("spaces.Asset")]
    return b.rows("spaces.Asset", assets).zip()


def parts(b, **changes):
    return b.told(parts=[{**p, **(changes if i == 3 else {})} for i, p in enumerate(b.manifest["parts"])])


NOBODY = "00000000-0000-4000-8000-000000000000"
HOSTILE = {
    "nothing": lambda b: b"", "text": lambda b: b"hello", "a picture": lambda b: b"\x89PNG\r\n\x1a\n" + b"0" * 99, "half a zip": lambda b: b.zip()[: len(b.zip()) // 2], "a zip without its end": lambda b: b.zip()[:-30],
    "an empty zip with a head": lambda b: b"PK\x03\x04" + b"\0" * 200, "half a tar": lambda b: b.tar()[: len(b.tar()) // 2], "gzip of nothing": lambda b: __import__("gzip").compress(b""), "gzip of noise": lambda b: __import__("gzip").compress(b"noise" * 999),
    "flipped byte in a file": lambda b: moved(b, b.file(), b.file()).zip().replace(b.members[b.file()][-40:-20], b"x" * 20), "changed file": lambda b: (b.members.update({b.file(): b.members[b.file()] + b"!"}), b.zip())[1],
    "shorter file": lambda b: (b.members.update({b.file(): b.members[b.file()][:-9]}), b.zip())[1], "changed rows": lambda b: (b.members.update({"rows/renders.Task.jsonl": b.members["rows/renders.Task.jsonl"].replace(b"Panel 1", b"Panel 2")}), b.zip())[1],
    "missing file": lambda b: without(b, b.file()).zip(), "missing rows": lambda b: without(b, "rows/renders.Task.jsonl").zip(), "no manifest": lambda b: without(b, "manifest.json").zip(), "manifest last": lambda b: b.zip(order=[*list(b.members)[1:], "manifest.json"]),
    "one file more": lambda b: (b.members.update({"files/other/evil.png": b"x"}), b.zip())[1], "a name twice": twice, "files in another order": lambda b: b.zip(order=[*[n for n in b.members if not n.startswith("files/")], *reversed([n for n in b.members if n.startswith("files/")])]),
    "path out of the store": lambda b: moved(b, b.file(), "../../etc/cron.d/x").zip(), "absolute path": lambda b: moved(b, b.file(), "/etc/cron.d/x").zip(), "path out, announced": lambda b: moved(listed(b, name="files/../../../x.png"), b.file(), "files/../../../x.png").zip(),
    "windows path": lambda b: moved(listed(b, name="files\\..\\x.png"), b.file(), "files\\..\\x.png").zip(), "tar path out": lambda b: b.tar(renamed("../../../srv/x")), "tar symlinks": lambda b: b.tar(linked(tarfile.SYMTYPE)), "tar hard links": lambda b: b.tar(linked(tarfile.LNKTYPE)),
    "tar devices": lambda b: b.tar(linked(tarfile.CHRTYPE)), "tar folders": lambda b: b.tar(linked(tarfile.DIRTYPE)), "zip bomb": bomb, "bomb announced": lambda b: b.told(counts={**b.manifest["counts"], "bytes": 10**14}).zip(), "part of a terabyte": lambda b: parts(b, size=10**13).zip(),
    "manifest of noise": lambda b: (b.members.update({"manifest.json": b"{"}), b.zip())[1], "manifest is a list": lambda b: (b.members.update({"manifest.json": b"[]"}), b.zip())[1], "manifest too long": lambda b: b.told(pad="x" * 1_100_000).zip(), "another format": lambda b: b.told(format="zip").zip(),
    "newer schema": lambda b: b.told(schema=2).zip(), "schema in words": lambda b: b.told(schema="one").zip(), "no parts": lambda b: b.told(parts=[]).zip(), "a part of another table": lambda b: parts(b, name="rows/spaces.User.jsonl").zip(), "negative size": lambda b: parts(b, size=-1).zip(),
    "wrong checksum": lambda b: parts(b, sha256="0" * 64).zip(), "counts nothing": lambda b: b.told(counts={}).zip(), "counts another number": lambda b: b.told(counts={**b.manifest["counts"], "files": 1}).zip(), "file listed twice": lambda b: b.rows("", b.members["files.jsonl"].splitlines(keepends=True) * 2, "files.jsonl").zip(),
    "row is no JSON": lambda b: b.rows("renders.Task", [b"{nope\n"]).zip(), "row is a list": lambda b: b.rows("renders.Task", [b"[]\n"]).zip(), "unknown column": lambda b: b.change("renders.Task", is_superuser=True).zip(), "missing column": lambda b: b.rows("renders.Task", [{"id": NOBODY}]).zip(),
    "id twice": lambda b: b.rows("renders.Task", b.lines("renders.Task") * 2).zip(), "id of noise": lambda b: b.change("renders.Task", id="1").zip(), "key to nobody": lambda b: b.change("renders.Task", scene_id=NOBODY).zip(), "another project's row": lambda b: b.change("renders.Task", project_id=NOBODY).zip(),
    "two projects": lambda b: b.rows("projects.Project", [*b.lines("projects.Project"), {**b.lines("projects.Project")[0], "id": NOBODY}]).zip(), "unknown state": lambda b: b.change("renders.Run", status="root").zip(), "text for a number": lambda b: b.change("renders.Task", sequence="one").zip(), "number out of range": lambda b: b.change("renders.Task", sequence=2**63 + 1).zip(),
    "NUL in a name": lambda b: b.change("renders.Task", name="a\0b").zip(), "name too long": lambda b: b.change("renders.Task", name="x" * 121).zip(), "time of noise": lambda b: b.change("renders.Task", created_at="yesterday").zip(), "list for an object": lambda b: b.change("projects.Project", settings=[]).zip(),
    "attributes of noise": lambda b: b.change("spaces.Definition", attributes={"root": "shell"}).zip(), "snapshot of noise": lambda b: b.change("renders.Run", settings_snapshot={"jobs": [{}]}).zip(), "rules of noise": lambda b: b.change("projects.StyleGuide", rules={"palette": ["javascript:"]}).zip(),
    "a circle of parents": lambda b: b.rows("spaces.Definition", [{**r, "parent_id": r["id"]} for r in b.lines("spaces.Definition")]).zip(), "a page for a picture": lambda b: b.change("spaces.Asset", mime_type="text/html").zip(), "script in a picture": lambda b: picture_of(b, b"<script>alert(1)</script>"),
    "a tiny picture of gigapixels": lambda b: picture_of(b, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\0\0\0\1\0\0\x08\x06\0\0\0" + b"\0" * 50), "two rows for one file": lambda b: b.change("spaces.Asset", sha256="0" * 64).zip(), "a final panel twice": lambda b: b.rows("renders.RenderedAsset", [{**r, "id": i, "candidate_id": None, "is_final_panel": True, "state": "approved"} for r in b.lines("renders.RenderedAsset") for i in (r["id"], NOBODY)]).zip(),
}


def test_hostile_packages_are_refused_with_a_reason_and_leave_nothing(rendered_world, settings):
    w = rendered_world
    data = pack(w)
    assert len(HOSTILE) >= 60
    before, reasons = everything(), {}
    for name, make in HOSTILE.items():
        try:
            bring(w.sams, make(Broken(data)), w.sam)
        except Refused as told:
            reasons[name] = told.detail
        assert everything() == before, name
    assert set(HOSTILE) - set(reasons) == set()
    assert all(len(r) > 30 and "Traceback" not in r and "/tmp" not in r for r in reasons.values()), reasons
    assert "schema 2" in reasons["newer schema"] and "Upgrade" in reasons["newer schema"]
    assert bring(w.sams, Broken(data).zip(), w.sam).name == "Ledger"
    assert bring(w.sams, Broken(data).tar(), w.sam).name == "Ledger (2)"
    assert bring(w.sams, Broken(data).zip(zipfile.ZIP_DEFLATED), w.sam).name == "Ledger (3)"
