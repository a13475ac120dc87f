"""What other machines may do to the reader, each with what is said of it."""

import gzip
import time

import pytest

from movieclassifier.live.faults import SourceFault
from movieclassifier.live.fetched_pages import Validators
from movieclassifier.live.fetching import Fetcher
from tests.support import news_server as ns
from tests.support.patience import PATIENCE


def fault_of(pages, path, fetcher_of, limit=100_000, **options):
    with ns.serving(pages) as server:
        started = time.monotonic()
        with pytest.raises(SourceFault) as caught:
            fetcher_of(server, **options).get(server.url + path, limit=limit)
        assert time.monotonic() - started < PATIENCE
    return caught.value


def test_page_comes_with_what_the_server_wants_to_be_asked_with(fetcher_of):
    with ns.serving() as server:
        fetcher = fetcher_of(server, contact="https://news.example")
        page = fetcher.get(server.url + "/feed")
        assert page.body == ns.FEED
        assert page.validators == Validators('"one"', "Mon, 02 Mar 2026 10:00:00 GMT")
        again = fetcher.get(server.url + "/feed", page.validators)
        assert not again.is_new
        assert again.validators.etag == '"one"'
        sent = server.seen[1][1]
    assert sent["If-None-Match"] == '"one"'
    assert sent["If-Modified-Since"] == "Mon, 02 Mar 2026 10:00:00 GMT"
    assert sent["User-Agent"].endswith("(+https://news.example)")
    assert not {"Cookie", "Referer"} & set(sent)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (ns.status(404), "missing", "has no such page (404)"),
        (ns.status(410), "gone", "gone for good"),
        (ns.status(401), "login", "wants a login"),
        (ns.status(403), "refused", "refuses the reader (403)"),
        (ns.status(429, Retry_After="120"), "busy", "asks for fewer requests"),
        (ns.status(503), "busy", "busy or under repair"),
        (ns.status(500), "fault", "answered with status 500"),
        (ns.status(204), "fault", "answered with status 204"),
        (ns.status(304, Content_Length=None), "odd", "nothing has changed"),
        (ns.status(302), "fault", "answered with status 302"),
        (ns.sending(b" \n "), "empty", "answered with nothing"),
        (ns.sending(b"x" * 200_000), "too large", "more than 0.0954 MB"),
        (ns.endless, "too large", "which is the limit"),
        (ns.sending(ns.gzip_bomb(), Content_Encoding="gzip"), "too large", "which is the limit"),
        (ns.sending(gzip.compress(b"half of it" * 99)[:-9], Content_Encoding="gzip"), "cut off", "broke off"),
        (ns.sending(b"\x1f\x8bno gzip", Content_Encoding="gzip"), "damaged", "compressed answer that is damaged"),
        (ns.sending(b"x", Content_Encoding="br"), "refused", "compressed by br, which nobody asked for"),
        (ns.sending(gzip.compress(gzip.compress(b"x")), Content_Encoding="gzip, gzip"), "refused",
         "compressed by gzip, gzip, which nobody asked for"),
        (ns.cut_off, "cut off", "broke off in the middle"),
        (ns.chunked_cut_off, "cut off", "broke off in the middle"),
        (ns.sending(b"x", Content_Length="99999999999"), "too large", "which is the limit"),
        (ns.silence, "slow", "took too long"),
        (ns.slow_drip, "slow", "took too long"),
        (ns.raw(b"<rss>HTTP/0.9</rss>\r\n"), "not http", "does not speak HTTP"),
        (ns.raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n"), "not http", "does not speak HTTP"),
        (ns.raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n"), "not http", "does not speak HTTP"),
        (ns.raw(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X%d: " % i + b"y" * 1000 + b"\r\n" for i in range(90)) + b"\r\n"),
         "too large", "headers of more than 65,536 bytes"),
        (ns.raw(b""), "not http", "does not speak HTTP"),
        (ns.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "cut off", "broke off"),
    ],
)  # fmt: skip
def test_bad_answer_is_one_sentence_in_time(answer, kind, words, fetcher_of):
    fault = fault_of({"/": answer}, "/", fetcher_of, seconds=1)
    assert (fault.kind, words in fault.sentence) == (kind, True), fault.sentence
    assert fault.exit_status == 3


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (ns.sending(b"<rss/>", Content_Length="3"), b"<rs"),
        (ns.sending(b"<rss/>", Content_Length="-5"), b"<rss/>"),
        (ns.sending(b"<rss/>", Content_Length="six"), b"<rss/>"),
        (ns.sending(b"<rss/>", Content_Length=None), b"<rss/>"),
        (ns.sending(b"<rss/>", Content_Type="image/png"), b"<rss/>"),
        (ns.sending(gzip.compress(b"<rss/>")), gzip.compress(b"<rss/>")),
        (ns.sending(gzip.compress(gzip.compress(b"<rss/>")), Content_Encoding="gzip"), gzip.compress(b"<rss/>")),
        (ns.sending(b"\x00<rss/>\x00"), b"\x00<rss/>\x00"),
    ],
    ids=["too short", "negative", "no number", "no length", "other type", "gzip unsaid", "gzip in gzip", "NUL"],
)
def test_body_is_what_came_within_what_was_said(answer, body, fetcher_of):
    with ns.serving({"/": answer}) as server:
        found = fetcher_of(server).get(server.url + "/").body
    assert found == body or (found[:2] == body[:2] == b"\x1f\x8b" and gzip.decompress(found) == b"<rss/>")


@pytest.mark.parametrize(
    ("pages", "kind", "words"),
    [
        ({"/": ns.redirect("/")}, "redirected", "round in a circle"),
        ({f"/{'x' * i}": ns.redirect(f"/{'x' * (i + 1)}") for i in range(9)}, "redirected", "more than 5 times"),
        ({"/": ns.redirect("http://169.254.169.254/latest/meta-data")}, "refused", "169.254.169.254"),
        ({"/": ns.redirect("file:///etc/passwd")}, "refused", "only http and https"),
        ({"/": ns.redirect("gopher://x/")}, "refused", "only http and https"),
        ({"/": ns.redirect("javascript:alert(1)")}, "refused", "only http and https"),
        ({"/": ns.redirect("http://[::1]/")}, "refused", "not public"),
        ({"/": ns.redirect("http://127.0.0.1:22/")}, "refused", "port 22"),
        ({"/": ns.redirect("http://user:secret@127.0.0.1/")}, "refused", "user name"),
        ({"/": ns.redirect("http://[bad/")}, "redirected", "to no address"),
    ],
)
def test_redirects_go_nowhere_else(pages, kind, words, fetcher_of):
    fault = fault_of(pages, "/", fetcher_of)
    assert (fault.kind, words in fault.sentence) == (kind, True), fault.sentence


def test_redirects_are_followed_and_those_for_good_are_told(fetcher_of):
    pages = {
        "/old": ns.redirect("/new", 301),
        "/new": ns.redirect("/feed", 308),
        "/today": ns.redirect("/old", 302),
        "/feed": b"<rss/>",
    }
    with ns.serving(pages) as server:
        fetcher = fetcher_of(server)
        assert fetcher.get(server.url + "/old").moved_to == server.url + "/feed"
        assert fetcher.get(server.url + "/today").moved_to == ""
        assert fetcher.get(server.url + "/feed").moved_to == ""


def test_login_is_not_sent_on_to_a_different_host(fetcher_of):
    with ns.serving({"/": b"ok"}) as other, ns.serving({"/": ns.redirect(other.url + "/")}) as server:
        fetcher = Fetcher([server.place, other.place], pause=0)
        fetcher.get(server.url + "/", headers={"Authorization": "Bearer secret"})
        assert "Authorization" in server.seen[0][1]
        assert "Authorization" not in other.seen[0][1]


def test_posted_login_is_not_redirected(fetcher_of):
    with ns.serving({"/": ns.redirect("/other")}) as server, pytest.raises(SourceFault, match="sends a login on"):
        fetcher_of(server).get(server.url + "/", body=b"{}")


def test_https_is_not_left_for_http(fetcher_of):
    from movieclassifier.live.addresses import parse_url

    with pytest.raises(SourceFault, match="from https to http"):
        Fetcher()._next(parse_url("https://news.example/"), "http://news.example/")


def test_requests_to_one_host_go_one_at_a_time_with_a_pause(fetcher_of):
    from threading import Thread

    with ns.serving() as server:
        fetcher = fetcher_of(server, pause=0.1)
        threads = [Thread(target=fetcher.get, args=(server.url + "/feed",)) for _ in range(4)]
        started = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.monotonic() - started > 0.3
        assert server.most_at_once == 1
        assert fetcher.n_requests == 4


def test_host_that_is_being_asked_is_not_waited_for_beyond_the_deadline(fetcher_of):
    from threading import Thread

    with ns.serving({"/slow": ns.silence, "/": b"x"}) as server:
        fetcher = fetcher_of(server, seconds=0.6)

        def wait():
            with pytest.raises(SourceFault):
                fetcher.get(server.url + "/slow")

        thread = Thread(target=wait)
        thread.start()
        time.sleep(0.1)
        fetcher._seconds = 0.2
        with pytest.raises(SourceFault, match="being asked for something else"):
            fetcher.get(server.url + "/")
        thread.join()
