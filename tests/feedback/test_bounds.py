"""The bounds of learning from votes are shares, and no bounds admit everything."""

import math
from dataclasses import astuple

from movieclassifier.feedback.bounds import UNBOUNDED, Bounds
from movieclassifier.feedback.settings import read_settings


def test_the_defaults_are_shares_and_those_of_a_server():
    assert all(0 < share < 1 for share in astuple(Bounds()))
    assert read_settings({}, {"DYNO": "web.1"}).bounds == Bounds()


def test_without_bounds_every_vote_is_admitted():
    assert UNBOUNDED.cap == math.inf
    assert UNBOUNDED.vote_share == UNBOUNDED.client_share == UNBOUNDED.tolerance == 1
