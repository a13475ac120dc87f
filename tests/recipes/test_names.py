import pytest

from movieclassifier.recipes.names import RECIPES, make_recipe


def test_book_recipe_is_the_books():
    book = make_recipe("book")
    assert (book.ngrams.tokenizer, book.ngrams.n_features, book.ngrams.ngram_range) == ("book", 2**21, (1, 1))
    assert (book.log_count_ratio, book.alpha) == (False, 1e-4)
    assert book.ngrams.alternate_sign


def test_several_passes_halve_alpha_unless_it_is_given():
    assert make_recipe("default", passes=3).alpha == 5e-7
    assert make_recipe("default", passes=3, alpha=1e-5).alpha == 1e-5
    assert make_recipe("book", passes=3).alpha == 1e-4


def test_overrides_that_are_none_change_nothing():
    assert make_recipe("default", n_features=None, passes=None) == RECIPES["default"]


def test_unknown_recipe_is_refused():
    with pytest.raises(ValueError, match=rf"recipe must be one of {', '.join(RECIPES)}; got 'cake'"):
        make_recipe("cake")
