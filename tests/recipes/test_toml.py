import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.commands.shared.setting_types import RecipeName
from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import RECIPES, make_recipe
from movieclassifier.recipes.toml import SETTINGS, read_recipe, recipe_toml, save_recipe
from train_online import main as train

TEXTS = st.text(st.characters(codec="utf-8"))
RECIPE = st.builds(
    Recipe().with_settings,
    name=TEXTS,
    tokenizer=st.sampled_from(list(TOKENIZERS)),
    stop_words=st.lists(TEXTS, max_size=4).map(tuple),
    ngram_range=st.tuples(st.integers(1, 3), st.integers(3, 5)),
    n_features=st.integers(1, 2**31 - 1),
    binary=st.booleans(),
    norm=st.sampled_from(["l1", "l2", None]),
    dtype=st.sampled_from(["float32", "float64"]),
    log_count_ratio=st.booleans(),
    min_df=st.none() | st.integers(1, 10**6),
    alpha=st.floats(1e-300, 1e300),
    passes=st.integers(1, 99),
    calibrate=st.booleans(),
)


@given(RECIPE, TEXTS)
def test_written_recipe_is_read_as_the_same(tmp_path_factory, recipe, comment):
    path = tmp_path_factory.mktemp("recipe") / "recipe.toml"
    save_recipe(path, recipe, comment)
    assert read_recipe(path) == recipe


def test_every_setting_of_a_recipe_can_be_in_a_file():
    assert list(SETTINGS) == list(Recipe().to_dict())


def write(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    return path


def test_settings_change_those_of_the_base(tmp_path):
    path = write(tmp_path, 'base = "book"\nngram_range = [1, 2]\nmin_df = "auto"\nnorm = "none"\nalpha = 1\n')
    expected = make_recipe("book", name="mine", ngram_range=(1, 2), alpha=1.0)
    assert read_recipe(path) == expected.with_settings(norm=None)


def test_several_passes_have_their_own_alpha_unless_the_file_names_one(tmp_path):
    assert read_recipe(write(tmp_path, "passes = 3")).alpha == 5e-7
    assert read_recipe(write(tmp_path, "passes = 3\nalpha = 1e-6")).alpha == 1e-6


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("passes = ", "mine.toml: Invalid value"),
        ("passes = 3\npasses = 4", "mine.toml: Cannot overwrite a value"),
        ("ngrams = 3", "mine.toml: there is no setting 'ngrams'; the settings are base, name, tokenizer"),
        ('base = "best"', f"mine.toml: base must be one of {', '.join(RECIPES)}; got 'best'."),
        ('base = ["book"]', f"mine.toml: base must be one of {', '.join(RECIPES)}; got ['book']."),
        ("[base]", f"mine.toml: base must be one of {', '.join(RECIPES)}; got {{}}."),
        ("alpha = 1" + 400 * "0", "mine.toml: alpha must be a number; got 1000"),
        ('tokenizer = "words"', "mine.toml: recipe 'mine': tokenizer must be one of"),
        ("tokenizer = 3", "mine.toml: tokenizer must be a text in quotes; got 3."),
        ('stop_words = "the"', "mine.toml: stop_words must be a list of words in quotes; got 'the'."),
        ("ngram_range = 3", "mine.toml: ngram_range must be a list of two whole numbers, such as [1, 3]; got 3."),
        ("ngram_range = [3, 1]", "mine.toml: recipe 'mine': ngram_range must be two numbers"),
        ("n_features = 1e6", "mine.toml: n_features must be a whole number; got 1000000.0."),
        ("binary = 1", "mine.toml: binary must be true or false; got 1."),
        ("passes = true", "mine.toml: passes must be a whole number; got True."),
        ('alpha = "small"', "mine.toml: alpha must be a number; got 'small'."),
        ("alpha = nan", "mine.toml: recipe 'mine': alpha must be a positive number; got nan."),
        ('min_df = "none"', "mine.toml: min_df must be a whole number or \"auto\"; got 'none'."),
        ("norm = 2", 'mine.toml: norm must be one of "l1", "l2", "none"; got 2.'),
    ],
)
def test_mistakes_in_a_file_are_named(tmp_path, text, message):
    with pytest.raises(ValueError, match=r"mine\.toml") as error:
        read_recipe(write(tmp_path, text))
    assert message in str(error.value)


def test_a_file_that_is_not_text_is_named(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"mine\.toml"):
        read_recipe(path)


def test_option_takes_a_name_a_file_or_a_recipe(tmp_path):
    option = RecipeName()
    path = write(tmp_path, "passes = 2")
    assert option.convert("book", None, None) == "book"
    assert option.convert(str(path), None, None).passes == 2
    assert option.convert(RECIPES["book"], None, None) is RECIPES["book"]
    with pytest.raises(click.BadParameter, match=rf"neither one of {', '.join(RECIPES)} nor the name of a \.toml file"):
        option.convert("best", None, None)
    with pytest.raises(click.BadParameter, match="No such file"):
        option.convert("missing.toml", None, None)


def test_train_takes_a_recipe_of_ones_own(tmp_path):
    path = write(tmp_path, "n_features = 1024\nngram_range = [1, 1]\n")
    sample = "movieclassifier/bundled/sample_reviews.csv"
    arguments = [sample, "--recipe", str(path), "--model", str(tmp_path / "model"), "--json", "--passes", "2"]
    result = CliRunner().invoke(train, arguments)
    assert result.exit_code == 0, result.output
    from movieclassifier.models.persistence import load_classifier

    recipe = load_classifier(tmp_path / "model").recipe
    assert (recipe.name, recipe.ngrams.n_features, recipe.ngrams.ngram_range, recipe.passes) == (
        "mine",
        1024,
        (1, 1),
        2,
    )


def test_toml_has_the_comment_above():
    assert recipe_toml(Recipe(), "one\n\ntwo").splitlines()[:4] == ["# one", "#", "# two", 'name = "default"']
