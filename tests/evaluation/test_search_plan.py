"""A search has its candidates, each once, and tries fewer of them on more documents."""

import pytest

from movieclassifier.evaluation.search_plan import SearchPlan
from movieclassifier.evaluation.search_space import SPACE
from movieclassifier.recipes.linear import Recipe

SMALL = {"n_features": [2**8, 2**10], "alpha": [1e-6, 1e-4], "ngram_range": [[1, 1], [1, 2]], "passes": [1, 2]}
BASE = Recipe().with_settings(n_features=2**10, ngram_range=(1, 1))
SEARCH = SearchPlan(BASE, SMALL, n_candidates=7, n_train=360, n_folds=2)


def test_candidates_are_the_base_and_draws_without_repeats():
    candidates = SEARCH.candidates()
    assert candidates[0] == BASE
    assert len(candidates) == len(set(candidates)) == 7
    assert candidates == SEARCH.candidates()
    assert candidates != SearchPlan(BASE, SMALL, 7, 360, seed=2).candidates()
    for recipe in candidates:
        assert {recipe.ngrams.n_features, recipe.alpha, recipe.ngrams.ngram_range, recipe.passes} <= {
            2**8,
            2**10,
            1e-6,
            1e-4,
            (1, 1),
            (1, 2),
            1,
            2,
        }


def test_a_small_space_gives_fewer_candidates():
    assert len(SearchPlan(BASE, SMALL, 99, 360).candidates()) == 16
    assert (
        len(SearchPlan(Recipe().with_settings(min_df=9), SMALL, 99, 360).candidates()) == 17
    )  # the base is not in the space


@pytest.mark.parametrize(
    ("n_candidates", "n_train", "rungs"),
    [
        (27, 45_000, [(27, 5_000), (9, 15_000), (3, 45_000)]),
        (10, 45_000, [(10, 5_000), (9, 15_000), (3, 45_000)]),
        (2, 400, [(2, 400)]),
        (27, 400, [(27, 200), (9, 200), (3, 400)]),
        (9, 60, [(9, 60), (3, 60)]),
    ],
)
def test_a_third_of_the_candidates_gets_three_times_the_documents(n_candidates, n_train, rungs):
    assert SearchPlan(BASE, SMALL, 27, n_train).rungs(n_candidates) == rungs


def test_one_candidate_is_not_a_search():
    with pytest.raises(ValueError, match="at least 2 candidates"):
        SearchPlan(BASE, SPACE, 1, 100)
    with pytest.raises(ValueError, match="alpha must be a number"):
        SearchPlan(BASE, {"alpha": ["small"]}, 3, 100)
