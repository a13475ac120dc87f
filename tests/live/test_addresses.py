"""Which addresses are called."""

import socket

import pytest

from movieclassifier.live.addresses import checked_address, is_public, parse_url
from movieclassifier.live.faults import SourceFault


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254",
        "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.88.99.1",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:93.184.216.34", "64:ff9b::7f00:1", "64:ff9b:1::1",
        "2002:7f00:1::", "2001::1", "2001:db8::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "ff02::1",
        "3fff::1", "100::1", "no address",
    ],
)  # fmt: skip
def test_address_that_is_not_public_is_refused(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "2a00:1450::1"])
def test_public_address_is_taken(address):
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("file:///etc/passwd", "only http and https"),
        ("gopher://news.example/", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("ftp://news.example/", "only http and https"),
        ("http://ada@news.example/", "user name"),
        ("http://news.example:22/", "port 22"),
        ("http://news.example:99999/", "not called"),
        ("http://news.example:x/", "not called"),
        ("http:///nothing", "host is not valid"),
        ("http://0x7f.1/", "not written as four numbers"),
        ("http://2130706433/", "not written as four numbers"),
        ("http://127.1/", "not written as four numbers"),
        ("http://0177.0.0.1/", "not written as four numbers"),
        ("http://[::gg]/", "not called"),
        ("http://news example/", "blanks or control"),
        ("http://news.example/\r\nHost: other", "blanks or control"),
        ("http://news.example\\@other/", "blanks or control"),
        ("http://-news.example/", "host is not valid"),
        ("http://news..example/", "host is not valid"),
        ("http://" + "a" * 64 + ".example/", "host is not valid"),
        ("http://" + "a." * 130 + "example/", "host is not valid"),
        ("http://\u2024/", "host is not valid"),
        ("http://news.example/" + "x" * 2000, "longer than 2000"),
        ("", "only http and https"),
    ],
)
def test_url_that_is_not_called(url, words):
    with pytest.raises(SourceFault, match="is not called") as caught:
        parse_url(url)
    assert words in caught.value.sentence


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("https://News.Example./a b".replace(" ", "%20"), "https://news.example/a%20b"),
        ("http://münchen.example/ä?ö=ü", "http://xn--mnchen-3ya.example/%C3%A4?%C3%B6=%C3%BC"),
        ("http://news.example:443/", "http://news.example:443/"),
        ("https://[2606:2800:220:1::1]/", "https://[2606:2800:220:1::1]/"),
        ("http://93.184.216.34", "http://93.184.216.34/"),
    ],
)
def test_url_that_may_be_called(url, seen):
    assert parse_url(url).url == seen


@pytest.mark.parametrize("name", ["localhost", "localhost.", "LOCALHOST"])
def test_name_of_this_machine_is_refused(name):
    with pytest.raises(SourceFault, match="not public"):
        checked_address(parse_url(f"http://{name}/"))


def test_name_with_one_private_address_among_public_ones_is_refused():
    with pytest.raises(SourceFault, match=r"10\.0\.0\.1, which is not public"):
        checked_address(parse_url("http://both.example/"), resolver=lambda *_: ["93.184.216.34", "10.0.0.1"])


def test_place_that_the_owner_allows_may_have_any_address():
    target = parse_url("http://localhost:8080/", {"localhost:8080"})
    assert checked_address(target, {"localhost:8080"}, lambda *_: ["127.0.0.1"]) == "127.0.0.1"


@pytest.mark.parametrize("error", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long")])
def test_name_without_an_address_is_told(error):
    def resolver(*_):
        raise error

    with pytest.raises(SourceFault, match=r"news\.example has no address"):
        checked_address(parse_url("http://news.example/"), resolver=resolver)
    with pytest.raises(SourceFault, match=r"news\.example has no address"):
        checked_address(parse_url("http://news.example/"), resolver=lambda *_: [])
