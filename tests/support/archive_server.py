"""A real local HTTP server that serves one file, well or badly."""

import email.utils
import http.server
import threading
import time
from contextlib import contextmanager

LAST_MODIFIED = email.utils.formatdate(1_300_000_000, usegmt=True)


class ArchiveServer(http.server.ThreadingHTTPServer):
    """Serves `body` at any path; each fault in `faults` spoils one answer, the last one all further ones.

    A fault is the name of a method of the handler; "good" is none.
    """

    daemon_threads = True

    def __init__(self, body, faults=("good",), headers=None, ranges=True):
        super().__init__(("127.0.0.1", 0), Handler)
        self.body, self.faults, self.ranges = body, list(faults), ranges
        self.headers = {"ETag": '"v1"'} if headers is None else headers
        self.seen = []  # the Range header of each request
        self.closing = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/aclImdb_v1.tar.gz"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.seen.append(self.headers.get("Range"))
        faults = self.server.faults
        self.close_connection = True
        getattr(self, faults.pop(0) if len(faults) > 1 else faults[0])()

    def wanted(self):
        """Return the first byte to send, or None for a range that is not there."""
        asked, condition = self.headers.get("Range"), self.headers.get("If-Range")
        current = self.server.headers.get("ETag"), self.server.headers.get("Last-Modified")
        if not asked or not self.server.ranges or (condition and condition not in current):
            return 0
        start = int(asked.removeprefix("bytes=").removesuffix("-"))
        return start if start < len(self.server.body) else None

    def send_head(self, start, **headers):
        self.send_response(206 if start else 200)
        total = len(self.server.body)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        sent = {"Content-Length": str(total - start), "Content-Type": "application/x-gzip", **self.server.headers}
        for name, value in {**sent, **headers}.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()

    def good(self, n=None, **headers):
        start = self.wanted()
        if start is None:
            self.send_error(416)
            return
        self.send_head(start, **headers)
        self.wfile.write(self.server.body[start:][:n])

    def cut_off(self):
        self.good(n=len(self.server.body) // 3)

    def cut_off_at_once(self):
        self.good(n=0)

    def hang_up(self):
        self.connection.close()

    def stall(self):
        self.good(n=len(self.server.body) // 3)
        self.wfile.flush()
        self.server.closing.wait(20)

    def silent(self):
        self.server.closing.wait(20)

    def trickle(self):
        self.send_head(0)
        for byte in self.server.body:
            self.wfile.write(bytes([byte]))
            if self.server.closing.wait(0.02):
                return

    def steady(self):
        self.send_head(0)
        for i in range(0, len(self.server.body), 40_000):
            self.wfile.write(self.server.body[i : i + 40_000])
            time.sleep(0.1)

    def without_length(self):
        self.good(**{"Content-Length": None})

    def chunked(self, n=None):
        self.send_head(0, **{"Content-Length": None, "Transfer-Encoding": "chunked"})
        for i in range(0, len(self.server.body), 1000)[:n]:
            chunk = self.server.body[i : i + 1000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        if n is None:
            self.wfile.write(b"0\r\n\r\n")

    def chunked_cut_off(self):
        self.chunked(n=2)

    def lying_range(self):
        start = self.wanted()
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {start + 1}-{len(self.server.body) - 1}/{len(self.server.body)}")
        self.send_header("Content-Length", str(len(self.server.body) - start - 1))
        self.end_headers()
        self.wfile.write(self.server.body[start + 1 :])

    def short_range(self):
        start, total = self.wanted(), len(self.server.body)
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {start}-{start + 99}/{total}")
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(self.server.body[start : start + 100])

    def endless(self):
        self.send_head(0, **{"Content-Length": None})
        while not self.server.closing.is_set():
            try:
                self.wfile.write(b"\x1f\x8b" * 50_000)
            except OSError:
                return

    def html(self):
        self.send_response(200)
        page = b"<html>Please log in.</html>"
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def not_found(self):
        self.send_error(404)

    def broken(self):
        self.send_error(500)

    def busy(self):
        self.send_response(503)
        self.send_header("Retry-After", "1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def elsewhere(self):
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def serving(body, *faults, **options):
    """Run a server in a thread of its own; it is gone at the end."""
    with ArchiveServer(body, faults or ("good",), **options) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()
