"""Bringing files by address: real sockets, real redirects; private networks stay out of reach."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from iat.kernel import enter, fetching
from iat.kernel.errors import Invalid, TooLarge
from spaces.domain import fetches
from spaces.models import Asset, Fetch
from tests.conftest import client_of, picture


class Pictures(BaseHTTPRequestHandler):
    """The far end: pictures, redirects, silence."""

    def do_GET(self):
        port = self.server.server_port
        where = {"/away": f"http://127.0.0.2:{port}/ok.png", "/round": "/round", "/next": "/ok.png", "/file": "file:///etc/passwd", "/metadata": "http://169.254.169.254/latest"}
        if self.path in where:
            self.send_response(302)
            self.send_header("Location", where[self.path])
            self.end_headers()
            return
        body = {"/ok.png": picture(), "/text.png": b"hello", "/big.png": b"x" * 300_000}.get(self.path.partition("?")[0])
        self.send_response(200 if body else 503 if self.path == "/busy" else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def far():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def open_here(settings):
    settings.IAT_FETCH_ALLOW = ["127.0.0.1/32"]


@pytest.mark.parametrize("address", ["http://127.0.0.1/x", "http://localhost/x", "http://[::1]/x", "http://10.0.0.1/", "http://192.168.1.1/", "http://169.254.169.254/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/",
                                     "http://[fd00::1]/", "http://224.0.0.1/", "http://100.64.0.1/", "http://2130706433/", "http://[2002:7f00:1::]/"])
def test_private_addresses_are_refused_before_a_byte_is_sent(address):
    with pytest.raises((Invalid, fetching.Unfetchable)) as refused:
        fetching.fetch(address, most=1000, names=lambda host, port: ["127.0.0.1"] if host.isdigit() else fetching.resolve(host, port))
    assert "private network" in str(refused.value)


@pytest.mark.parametrize("address", ["ftp://example.org/x", "file:///etc/passwd", "javascript:alert(1)", "http://user:secret@example.org/", "", "http://", "nonsense", "http://exa mple/", "http://[::1", "http://x:99999999/"])
def test_only_plain_web_addresses_are_taken(address):
    with pytest.raises(Invalid):
        fetching.fetch(address, most=1000, names=lambda host, port: ["127.0.0.1"])


def test_a_file_comes_with_its_name_also_through_a_redirect(far, open_here):
    assert fetching.fetch(f"{far}/ok.png?size=1", most=10_000).data == picture()
    found = fetching.fetch(f"{far}/next", most=10_000)
    assert (found.name, found.url) == ("ok.png", f"{far}/ok.png")


@pytest.mark.parametrize("path, error, says", [
    ("/away", Invalid, "private network"), ("/metadata", Invalid, "private network"), ("/file", Invalid, "begins with https"), ("/round", fetching.Unfetchable, "more than 5 times"), ("/gone", fetching.Unfetchable, "answered 404"),
    ("/big.png", TooLarge, "larger than")])
def test_what_goes_wrong_is_told(far, open_here, path, error, says):
    with pytest.raises(error, match=says):
        fetching.fetch(far + path, most=100_000)


def test_a_name_that_changes_its_mind_gains_nothing(far, open_here):
    port, asked = far.rsplit(":", 1)[1], []
    answers = iter([["127.0.0.1"], ["10.0.0.7"]])

    def names(host, port):
        asked.append(host)
        return next(answers)

    with pytest.raises(Invalid, match="private network"):
        fetching.fetch(f"http://pictures.example:{port}/next", most=10_000, names=names)
    assert asked == ["pictures.example"] * 2
    with pytest.raises(Invalid, match="private network"):
        fetching.fetch(f"http://pictures.example:{port}/ok.png", most=10_000, names=lambda host, port: ["127.0.0.1", "10.0.0.7"])


def test_an_upload_by_address_becomes_a_file(world, far, open_here):
    client = client_of(world.art)
    answer = client.post(f"/api/projects/{world.project.pk}/assets", {"url": f"{far}/ok.png"})
    assert (answer.status_code, answer.json()["status"]) == (202, "planned")
    with enter.in_project(world.project):
        from django.utils import timezone

        assert fetches.bring(answer.json()["id"], now=timezone.now()) == "done"
        assert fetches.bring(answer.json()["id"], now=timezone.now()) == "not mine"
    told = client.get(answer.json()["poll"]).json()
    assert (told["status"], told["asset"]["metadata"]) == ("done", {"filename": "ok.png", "url": f"{far}/ok.png"})
    again = client.post(f"/api/projects/{world.project.pk}/assets", {"data_url": "data:image/png;base64," + __import__("base64").b64encode(picture()).decode()})
    assert again.status_code == 201 and again.json()["id"] == told["asset"]["id"]


@pytest.mark.parametrize("path, status, says", [("/text.png", "failed", "not a picture"), ("/gone", "failed", "answered 404"), ("/busy", "planned", "answered 503"), ("/away", "failed", "private network")])
def test_a_fetch_that_fails_says_why_and_only_passing_trouble_is_tried_again(world, far, open_here, path, status, says):
    from django.utils import timezone

    with enter.in_project(world.project):
        row = fetches.ask(world.space, url=far + path, by=world.art, project=world.project)
        assert fetches.bring(row.pk, now=timezone.now()) == status
        row.refresh_from_db()
        assert says in row.error and Asset.objects.filter(project=world.project, kind="input").count() == 0
        if status == "planned":
            for _ in range(3):
                fetches.bring(row.pk, now=timezone.now())
            row.refresh_from_db()
            assert row.status == "failed" and row.attempt == 4
        fetches.again(row, by=world.art)
        assert Fetch.objects.get(pk=row.pk).status == "planned"
