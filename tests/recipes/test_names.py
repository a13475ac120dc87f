import json

import pytest

from movieclassifier.recipes.names import RECIPES, Recipe, make_recipe, recipe_from_dict


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_survives_json(name):
    recipe = RECIPES[name]
    assert recipe_from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_book_recipe_is_the_books():
    book = make_recipe("book")
    assert (book.tokenizer, book.n_features, book.ngram_range, book.alpha) == ("book", 2**21, (1, 1), 1e-4)
    assert not book.log_count_ratio
    assert book.alternate_sign


def test_several_passes_halve_alpha_unless_it_is_given():
    assert make_recipe("default", passes=3).alpha == 5e-7
    assert make_recipe("default", passes=3, alpha=1e-5).alpha == 1e-5
    assert make_recipe("book", passes=3).alpha == 1e-4


def test_overrides_that_are_none_change_nothing():
    assert make_recipe("default", n_features=None, passes=None) == RECIPES["default"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("tokenizer", "klingon", "tokenizer must be one of book, default"),
        ("stop_words", (1,), "stop_words must be words"),
        ("ngram_range", (2, 1), "1 <= shortest <= longest"),
        ("ngram_range", (0, 1), "1 <= shortest <= longest"),
        ("n_features", 0, "n_features must be between 1 and 2147483647; got 0"),
        ("n_features", 2**31, "n_features must be between"),
        ("norm", "l3", "norm must be one of"),
        ("dtype", "float16", "dtype must be one of float32, float64; got 'float16'"),
        ("min_df", 0, "min_df must be at least 1"),
        ("alpha", 0, "alpha must be a positive number"),
        ("alpha", float("nan"), "alpha must be a positive number"),
        ("passes", 0, "passes must be at least 1"),
        ("alternate_sign", True, "alternate_sign must be False with a log-count ratio"),
    ],
)
def test_setting_out_of_range_is_named(field, value, message):
    with pytest.raises(ValueError, match=message):
        Recipe(**{field: value})


def test_unknown_recipe_is_refused():
    with pytest.raises(ValueError, match="recipe must be one of book, default; got 'cake'"):
        make_recipe("cake")


@pytest.mark.parametrize("settings", [{}, {"name": "x"}, RECIPES["book"].to_dict() | {"eval": "1"}, []])
def test_settings_that_are_no_recipe_are_refused(settings):
    with pytest.raises(ValueError, match="a recipe must have the settings"):
        recipe_from_dict(settings)
