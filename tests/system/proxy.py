"""A proxy on loopback between the services: it fails requests with a given text in their body and forwards all others.

`POST /v1/events` is JSON in UTF-8, so a plain ASCII text in a file is found in the body as it is.
"""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DROP = 0
FORWARDED = ("Content-Type", "Accept", "Authorization", "traceparent")


class FaultyProxy(ThreadingHTTPServer):
    """Forwards to `target`; a request that contains `marker` is answered with `fault`, or with a closed connection."""

    daemon_threads = False

    def __init__(self, target: str, marker: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self.marker = marker
        self.fault: int | None = 503
        """The status of the answer to requests with the marker; DROP closes the connection, None forwards them too."""

    @property
    def url(self) -> str:
        """The address of the proxy."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def between(target: str, marker: bytes) -> Iterator[FaultyProxy]:
    """A proxy that serves until the block ends."""
    with FaultyProxy(target, marker) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: FaultyProxy

    def do_GET(self) -> None:
        """Forwards the request."""
        self._forward(None)

    def do_POST(self) -> None:
        """Forwards the request, or fails it."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.fault is None or self.server.marker not in body:
            self._forward(body)
        elif self.server.fault == DROP:
            self.close_connection = True
        else:
            self._answer(self.server.fault, "text/plain", b"The proxy does not like this event.")

    do_PUT = do_POST  # noqa: N815  As above.

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  The base class names it so.
        """Logs nothing."""

    def _forward(self, body: bytes | None) -> None:
        headers = {name: self.headers[name] for name in FORWARDED if self.headers[name]}
        url = self.server.target + self.path
        request = urllib.request.Request(url, data=body, headers=headers, method=self.command)  # noqa: S310  Loopback.
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  As above.
                self._answer(answer.status, answer.headers["Content-Type"], answer.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                self._answer(refusal.code, refusal.headers["Content-Type"], refusal.read())
        except OSError:
            self._answer(502, "text/plain", b"The catalog is away.")

    def _answer(self, status: int, media_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
