import json

import pytest

from movieclassifier.evaluation.search_plan import SearchPlan
from movieclassifier.evaluation.search_space import read_space
from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import make_recipe

SMALL = {"n_features": [2**8, 2**10], "alpha": [1e-6, 1e-4], "ngram_range": [[1, 1], [1, 2]], "passes": [1, 2]}
BASE = Recipe().with_settings(n_features=2**10, ngram_range=(1, 1))


@pytest.fixture
def space(tmp_path):
    path = tmp_path / "space.toml"
    path.write_text("".join(f"{name} = {json.dumps(values)}\n" for name, values in SMALL.items()))
    return path


def test_candidates_of_a_huge_space_are_drawn_at_once():
    space = {"alpha": [i / 1e9 for i in range(1, 1001)], "min_df": list(range(1, 1001)), "passes": list(range(1, 1001))}
    assert len(set(SearchPlan(BASE, space, 27, 360).candidates())) == 27


def test_combinations_that_make_no_recipe_are_left_out():
    space = {"log_count_ratio": [True, False], "alternate_sign": [True, False]}
    found = {
        (recipe.log_count_ratio, recipe.ngrams.alternate_sign)
        for recipe in SearchPlan(BASE, space, 9, 360).candidates()
    }
    assert found == {(True, False), (False, True), (False, False)}
    with pytest.raises(ValueError, match="alternate_sign"):
        SearchPlan(BASE, {"log_count_ratio": [True], "alternate_sign": [True]}, 9, 360).candidates()


def test_settings_outside_the_space_stay_those_of_the_base():
    base = make_recipe("book", n_features=2**10, alpha=1e-3)
    found = SearchPlan(base, {"ngram_range": [[1, 2]], "passes": [3]}, 9, 360).candidates()
    assert found[1] == make_recipe("book", n_features=2**10, alpha=1e-3, ngram_range=(1, 2), passes=3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("passes = ", "Invalid value"),
        ("passes = 3", "passes must be a list of the values to try; got 3."),
        ("passes = []", "passes must be a list of the values to try; got []."),
        ("epochs = [3]", "there is no setting 'epochs'"),
        ("ngram_range = [1, 2]", "ngram_range must be a list of two whole numbers, such as [1, 3]; got 1."),
        ('alpha = ["small"]', "alpha must be a number; got 'small'."),
    ],
)
def test_mistakes_in_a_space_are_named(tmp_path, text, message):
    path = tmp_path / "space.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"space\.toml") as error:
        read_space(path)
    assert message in str(error.value)
