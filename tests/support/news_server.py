"""A real local server of feeds, pages and posts, well-behaved or not; each path is one page or one fault."""

import gzip
import http.server
import json
import threading
import zlib
from contextlib import contextmanager
from email.utils import formatdate

from tests.support.news import article_page, rss


class NewsServer(http.server.ThreadingHTTPServer):
    """Serves what its `pages` hold: a path's bytes, or a function of the handler."""

    daemon_threads = True

    def __init__(self, pages):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages = dict(pages)
        self.seen = []  # (path, headers) of each request
        self.closing = threading.Event()
        self.n_at_once = self.most_at_once = 0

    def handle_error(self, request, client_address):
        pass  # a reader that hangs up is what many tests are about

    @property
    def place(self):
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self):
        return f"http://{self.place}"

    def paths(self):
        return [path for path, _ in self.seen]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.close_connection = True
        self.server.seen.append((self.path, dict(self.headers)))
        self.server.n_at_once += 1
        self.server.most_at_once = max(self.server.most_at_once, self.server.n_at_once)
        try:
            page = self.server.pages.get(self.path, self.server.pages.get(self.path.split("?")[0]))
            if page is None:
                self.answer(b"not here", status=404)
            elif callable(page):
                page(self)
            else:
                self.answer(page)
        finally:
            self.server.n_at_once -= 1

    def do_POST(self):
        self.sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.do_GET()

    def answer(self, body=b"", status=200, **headers):
        self.send_response_only(status)
        self.send_header("Date", formatdate(usegmt=True))
        headers = {"Content-Length": str(len(body)), "Content-Type": "application/xml"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def status(code, **headers):
    """Answer with a status."""
    return lambda handler: handler.answer(b"no", code, **headers)


def sending(body, **headers):
    """Answer with headers of one's own."""
    return lambda handler: handler.answer(body, **headers)


def redirect(to, code=302):
    return lambda handler: handler.answer(b"", code, Location=to)


def conditional(body, etag='"one"', modified="Mon, 02 Mar 2026 10:00:00 GMT"):
    """Answer 304 where the reader has the page already."""

    def answer(handler):
        if handler.headers.get("If-None-Match") == etag:
            handler.answer(b"", 304, ETag=etag, Content_Length=None)
        else:
            handler.answer(body, ETag=etag, Last_Modified=modified)

    return answer


def raw(data):
    """Send bytes in place of an HTTP answer."""

    def answer(handler):
        handler.wfile.write(data)

    return answer


def slow_drip(handler):
    handler.send_response_only(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not handler.server.closing.wait(0.05):
        handler.wfile.write(b" ")


def slow_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    n = 0
    while not handler.server.closing.wait(0.05):
        handler.wfile.write(b"X-%d: y\r\n" % n)
        n += 1


def silence(handler):
    handler.send_response_only(200)
    handler.send_header("Content-Length", "10")
    handler.end_headers()
    handler.server.closing.wait(20)


def cut_off(handler):
    handler.answer(b"half of it", Content_Length="1000")


def endless(handler):
    handler.send_response_only(200)
    handler.end_headers()
    while not handler.server.closing.is_set():
        handler.wfile.write(b"<item/>" * 10_000)


def chunked_cut_off(handler):
    handler.send_response_only(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"ffff\r\nhalf")


def gzip_bomb(n_mb=100):
    """Return what unpacks to so many megabytes of spaces."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b" " * 2**20
    return b"".join([*(packer.compress(piece) for _ in range(n_mb)), packer.flush()])


def deflated(body):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


FEED = rss([{"title": "A bridge for Lund", "link": "/lund", "description": "The town voted for a new bridge."}])
PAGES = {
    "/feed": conditional(FEED),
    "/gzip": sending(gzip.compress(FEED), Content_Encoding="gzip"),
    "/deflate": sending(deflated(FEED), Content_Encoding="deflate"),
    "/article": article_page("A bridge for Lund", "The town voted for a new bridge over the river on Sunday. " * 20),
}


@contextmanager
def serving(pages=None):
    """Run a server in a thread of its own; it is gone at the end."""
    with NewsServer(PAGES if pages is None else pages) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()
