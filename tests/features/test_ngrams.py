import pytest

from movieclassifier.features.ngrams import NGrams


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
    ],
)
def test_setting_out_of_range_is_named(field, value, message):
    with pytest.raises(ValueError, match=message):
        NGrams(**{field: value})


def test_equal_settings_are_one_key():
    assert len({NGrams(), NGrams(), NGrams(n_features=8)}) == 2
