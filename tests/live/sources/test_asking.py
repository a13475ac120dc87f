"""What sources are asked, and how their answers are taken apart."""

import pytest

from movieclassifier.live.faults import SourceFault
from movieclassifier.live.sources import POSTS
from movieclassifier.live.sources.asking import Query, listed, made, part
from movieclassifier.live.sources.asking import server as base_of
from tests.support.sources import PAGES, ask


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("text", ["", "#", "  ", "x" * 101, "a\x00b", "\u202eab"])
def test_query_that_means_nothing_is_refused(name, text, tmp_path):
    with pytest.raises(ValueError, match=r"Write a hashtag|at most 100|one word"):
        ask(name, PAGES, tmp_path, text)


@pytest.mark.parametrize(
    ("place", "url"),
    [("", "https://a.example"), ("b.example", "https://b.example"), ("http://c.example/", "http://c.example")],
)
def test_server_may_be_named(place, url):
    assert base_of(place, "a.example") == url


def test_words_are_joined_and_normalised():
    assert Query("  #Fin\tland  ", n=3).words == "#Fin land"
    assert Query("cafe\u0301").words == "caf\u00e9"
    assert Query("#Helsinki_2").tag == "Helsinki_2"


@pytest.mark.parametrize(
    "text", ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\U0001f469\u200d\U0001f3a4 on stage"]
)
def test_joiners_are_parts_of_words_and_pictures(text):
    assert Query(text).words == text


def test_a_hashtag_may_have_a_joiner():
    assert Query("#\u0645\u06cc\u200c\u0631\u0648\u062f").tag == "\u0645\u06cc\u200c\u0631\u0648\u062f"


@pytest.mark.parametrize("unseen", ["\x00", "\x9f", "\u202e", "\u200b", "\ud800"])
def test_what_nobody_sees_is_refused(unseen):
    with pytest.raises(ValueError, match="none of them invisible"):
        _ = Query(f"a{unseen}b").words


def test_a_query_that_is_two_words_is_no_tag():
    with pytest.raises(ValueError, match="one word"):
        _ = Query("two words").tag


@pytest.mark.parametrize("found", [None, 7, {}, {"posts": 7}, {"data": {"posts": {}}}])
def test_answer_without_a_list_is_a_fault(found):
    with pytest.raises(SourceFault, match="not a list of posts"):
        listed(found, "data", "posts")


def test_list_keeps_its_objects_and_a_part_is_an_object():
    assert listed({"data": {"posts": [7, {"id": 1}, None]}}, "data", "posts") == [{"id": 1}]
    assert part({"user": {"name": "ada"}}, "user") == {"name": "ada"}
    assert part({"user": 7}, "user") == part({}, "user") == {}


def test_posts_are_made_once_and_only_with_something_to_read():
    found = [{"id": 1, "text": "a"}, {"id": 1, "text": "again"}, {"id": 2}, {"id": 3, "text": "c"}]
    assert [item.text for item in made("x", found, 9)] == ["a", "c"]
    assert [item.text for item in made("x", found, 1)] == ["a"]
