"""What is typed for a setting of a recipe is a number, a range of n-grams or a recipe, or is refused."""

import click
import pytest

from movieclassifier.commands.shared.setting_types import Count, NGramRange, RecipeName


@pytest.mark.parametrize(("value", "n"), [("4194304", 2**22), ("2**22", 2**22), ("7", 7), ("2**999", 2**64)])
def test_a_count_may_be_a_power(value, n):
    assert Count().convert(value, None, None) == n


@pytest.mark.parametrize("value", ["", "-1", "2**", "2**-1", "1e6", "two", "2 ** 22", "9" * 21])
def test_a_count_is_a_whole_number(value):
    with pytest.raises(click.BadParameter, match=r"is not a whole number or a power such as 2\*\*22\."):
        Count().convert(value, None, None)


@pytest.mark.parametrize(("value", "ngram_range"), [("3", (1, 3)), ("2-3", (2, 3)), ("1", (1, 1))])
def test_ngrams_are_the_longest_or_both_ends(value, ngram_range):
    assert NGramRange().convert(value, None, None) == ngram_range


@pytest.mark.parametrize("value", ["", "a", "1-b", "3-"])
def test_ngrams_of_any_other_form_are_refused(value):
    with pytest.raises(click.BadParameter, match="write 3 for 1 to 3, or 2-3 for 2 to 3"):
        NGramRange().convert(value, None, None)


def test_a_recipe_is_a_name_or_a_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('base = "book"\nn_features = 4096\n')
    assert RecipeName().convert("book", None, None) == "book"
    assert RecipeName().convert(str(path), None, None).ngrams.n_features == 4096
    with pytest.raises(
        click.BadParameter, match=r"'best' is neither one of book, default, .* nor the name of a \.toml"
    ):
        RecipeName().convert("best", None, None)
    with pytest.raises(click.BadParameter, match="No such file"):
        RecipeName().convert(str(tmp_path / "none.toml"), None, None)
