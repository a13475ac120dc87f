"""Who asks, as the log tells clients apart."""

import pytest

from movieclassifier.web.clients import network, surroundings
from tests.support.visitors import REVIEW, Visitor


def test_a_session_signed_with_a_different_key_is_nobodys(make_app):
    visitor = Visitor(make_app())
    id = visitor.classify()
    other = make_app(SECRET_KEY="another").test_client()
    other.set_cookie("movieclassifier", visitor.client.get_cookie("movieclassifier").value)
    assert other.get(f"/results/{id}").status_code == 404


def test_addresses_are_kept_as_keyed_hashes_only(make_app, tmp_path):
    app = make_app()
    app.test_client().post(
        "/api/v1/predictions", json={"text": REVIEW}, environ_overrides={"REMOTE_ADDR": "192.0.2.77"}
    )
    app.extensions["movieclassifier"].close()
    assert b"192.0.2.77" not in b"".join(path.read_bytes() for path in tmp_path.glob("feedback.db*"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [("::ffff:192.0.2.7", "192.0.2.7"), ("unix", "unknown"), ("2001:db8::1", "2001:db8::"), ("", "unknown")],
)
def test_a_client_is_its_network(address, expected):
    assert network(address) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("::ffff:192.0.2.7", ("192.0.2.0", "192.0.0.0")),
        ("[2001:db8:1:2::7]:443", ("2001:db8:1::", "2001:db8::")),
        ("somewhere", ("unknown", "unknown")),
    ],
)
def test_who_has_many_addresses_has_few_networks(address, expected):
    assert surroundings(address) == expected
