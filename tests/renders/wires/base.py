"""The part all of them share: a threaded HTTP server that counts paid orders and can be told to misbehave."""

import io
import json
import threading
import time
import uuid
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import numpy as np
from PIL import Image


def drawn(seed, *, size=(96, 96), alpha=False):
    """A small picture that follows from its seed: busy enough for the guard."""
    rng = np.random.default_rng(abs(hash(str(seed))) % 2**32)
    pixels = np.kron(rng.integers(20, 235, (12, 12, 3), np.uint8), np.ones((size[1] // 12, size[0] // 12, 1), np.uint8))
    image = Image.fromarray(pixels)
    if alpha:
        mask = Image.new("L", image.size, 0)
        mask.paste(255, (size[0] // 4, size[1] // 8, size[0] * 3 // 4, size[1]))
        image.putalpha(mask)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


class Request:
    """One request as the server saw it."""

    def __init__(self, method, target, headers, body):
        at = urlsplit(target)
        self.method, self.path, self.query, self.headers, self.body = method, at.path, dict(parse_qsl(at.query)), {k.lower(): v for k, v in headers.items()}, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def form(self):
        """Fields and files of a multipart body: name → list of (value bytes, file name, type)."""
        parsed = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + self.headers["content-type"].encode() + b"\r\n\r\n" + self.body)
        found = {}
        for part in parsed.iter_parts():
            name = part.get_param("name", header="content-disposition")
            found.setdefault(name, []).append((part.get_payload(decode=True), part.get_filename(), part.get_content_type()))
        return found


class Cut(Exception):
    """Close the connection without a word."""


class Server:
    """`url` is what goes into an account. `orders` are those that would be billed, `seen` is everything, `trouble` is applied to the next paid order (or poll, or download)."""

    code = ""
    secrets: dict[str, str] = {}
    config: dict = {}
    root = ""
    polls = 2

    def __init__(self):
        self.orders, self.seen, self.trouble, self.jobs, self.lock = [], [], [], {}, threading.Lock()
        self.hang_s, self.fault, self.served_ids = 3.0, None, []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def _any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.headers.get("Transfer-Encoding") == "chunked":
                    body = self._chunks()
                request = Request(self.command, self.path, self.headers, body)
                with server.lock:
                    server.seen.append(request)
                try:
                    answer = server.answer(request)
                    status, headers, data = answer if len(answer) == 3 else (answer[0], {}, answer[1])
                except Cut:
                    self.close_connection = True
                    self.connection.close()
                    return
                if not isinstance(data, bytes):
                    headers, data = {"Content-Type": "application/json", **headers}, json.dumps(data).encode()
                short = headers.pop("x-truncate", "")
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data[: len(data) // 2] if short else data)
                if short:
                    self.close_connection = True

            def _chunks(self):
                out = b""
                while size := int(self.rfile.readline().strip() or b"0", 16):
                    out += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return out

            do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815 - the names that http.server looks for

        class Quiet(ThreadingHTTPServer):
            daemon_threads, request_queue_size = True, 128

            def handle_error(self, *args):
                pass

        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.host = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.url = self.host + self.root
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *told):
        self.http.shutdown()
        self.http.server_close()

    def next_trouble(self, *kinds):
        """The trouble at the head of the queue, if it is of one of these kinds."""
        with self.lock:
            return self.trouble.pop(0) if self.trouble and self.trouble[0] in kinds else ""

    def bill(self, facts):
        """Counts a paid order."""
        with self.lock:
            self.orders.append(facts)
        return f"{self.code}-{len(self.orders):04d}-{uuid.uuid4().hex[:8]}"

    def before(self, request):
        """What goes wrong before an order is taken; None to go on. Nothing is billed here."""
        kind = self.next_trouble("429", "500", "503", "402", "401", "422", "gone", "moderated_in")
        return getattr(self, f"says_{kind}")(request) if kind else None

    def after(self, answer):
        """What goes wrong on the way back, after the order was taken and billed."""
        kind = self.next_trouble("cut", "hang", "garbage", "truncated", "502")
        if kind == "cut":
            raise Cut
        if kind == "hang":
            time.sleep(self.hang_s)
            raise Cut
        if kind == "garbage":
            return 200, {"Content-Type": "text/html"}, b"<html>It works!</html>"
        if kind == "502":
            return 502, {"Content-Type": "text/html"}, b"<html>Bad gateway</html>"
        if kind == "truncated":
            return (answer[0], {**(answer[1] if len(answer) == 3 else {}), "x-truncate": "1"}, answer[-1])
        return answer

    def download(self, key):
        """A finished picture, by a link that may be broken or have expired."""
        kind = self.next_trouble("expired", "half", "notapicture")
        if kind == "expired":
            return 403, {}, b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
        if kind == "notapicture":
            return 200, {"Content-Type": "image/png"}, b"this is no picture at all"
        if kind == "half":
            return 200, {"Content-Type": "image/png", "x-truncate": "1"}, drawn(key)
        return 200, {"Content-Type": "image/png"}, drawn(key)

    def answer(self, request):
        """By contract."""
        raise NotImplementedError
