import json

import pytest

from movieclassifier.features.ngrams import NGrams
from movieclassifier.recipes.linear import Recipe, recipe_from_dict
from movieclassifier.recipes.names import RECIPES


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_survives_json(name):
    recipe = RECIPES[name]
    assert recipe_from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_settings_of_the_n_grams_and_of_the_linear_layer_are_replaced_by_name():
    recipe = Recipe().with_settings(norm=None, n_features=8, passes=2, min_df=None, name="mine")
    assert recipe == Recipe("mine", NGrams(norm=None, n_features=8), passes=2)


def test_settings_stand_side_by_side_with_the_name_first():
    settings = Recipe(name="mine", ngrams=NGrams(n_features=8)).to_dict()
    assert list(settings)[:2] == ["name", "tokenizer"]
    assert (settings["n_features"], settings["passes"]) == (8, 1)
    assert "ngrams" not in settings


def test_an_unknown_setting_is_refused():
    with pytest.raises(TypeError, match="n_columns"):
        Recipe().with_settings(n_columns=8)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("tokenizer", "klingon", "tokenizer must be one of book, default"),
        ("n_features", 0, "n_features must be between 1 and 2147483647; got 0"),
        ("min_df", 0, "min_df must be at least 1"),
        ("alpha", 0, "alpha must be a positive number"),
        ("alpha", float("nan"), "alpha must be a positive number"),
        ("passes", 0, "passes must be at least 1"),
        ("alternate_sign", True, "alternate_sign must be False with a log-count ratio"),
    ],
)
def test_setting_out_of_range_is_named_with_its_recipe(field, value, message):
    with pytest.raises(ValueError, match=f"^recipe 'mine': {message}"):
        Recipe(name="mine").with_settings(**{field: value})


@pytest.mark.parametrize("settings", [{}, {"name": "x"}, RECIPES["book"].to_dict() | {"eval": "1"}, []])
def test_settings_that_do_not_make_a_recipe_are_refused(settings):
    with pytest.raises(ValueError, match="a recipe must have the settings"):
        recipe_from_dict(settings)
