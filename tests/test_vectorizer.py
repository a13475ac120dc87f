"""The vectorizer is a HashingVectorizer: the same object to scikit-learn, the same matrices, only sooner."""

import pickle
import re
import warnings

import numpy as np
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, csr_matrix
from sklearn.base import clone
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline

from movieclassifier import vectorizer as module
from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.features.words import tokenize_book
from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import RECIPES
from movieclassifier.system.compiled import backend
from movieclassifier.vectorizer import Vectorizer, make_vectorizer, vect

TEXTS = ["</a>This :) is :( a test :-)!", "It isn't great<br />but fun :D!", "", "ΟΔΟΣ café İ 日本 \ud800", "a a a b"]


def cut_at_blanks(text):
    return text.split()


def assert_same_matrix(ours, theirs):
    assert type(ours) is type(theirs)
    assert ours.shape == theirs.shape
    for part in ("data", "indices", "indptr"):
        a, b = getattr(ours, part), getattr(theirs, part)
        assert a.dtype == b.dtype, part
        assert a.tobytes() == b.tobytes(), part


def assert_as_scikit_learn(texts, **params):
    ours, theirs = Vectorizer(**params), HashingVectorizer(**params)
    assert_same_matrix(ours.transform(texts), theirs.transform(texts))


def outcome(transform, texts):
    """Return what transform raises or warns of, or its matrix."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            X = transform(texts)
        except Exception as error:
            return type(error), str(error)
    return [str(warning.message) for warning in caught], X.data.tolist(), X.indices.tolist(), X.indptr.tolist()


@pytest.fixture
def no_fallback(monkeypatch):
    """Let scikit-learn's own path fail, so that only the twin can answer."""
    if backend()[0] != "compiled":
        pytest.skip(f"no compiled twin: {backend()[1]}")
    monkeypatch.setattr(HashingVectorizer, "transform", None)


class TestIsAHashingVectorizer:
    @pytest.mark.parametrize("recipe", RECIPES)
    def test_with_the_settings_of_its_recipe(self, recipe):
        made, wanted = make_vectorizer(recipe), RECIPES[recipe].ngrams
        assert isinstance(made, HashingVectorizer)
        assert made.tokenizer is TOKENIZERS[wanted.tokenizer]
        for name in ("ngram_range", "n_features", "binary", "alternate_sign", "norm"):
            assert getattr(made, name) == getattr(wanted, name)
        assert np.dtype(made.dtype) == wanted.dtype

    def test_with_the_same_parameters(self):
        ours, theirs = make_vectorizer("book"), HashingVectorizer()
        assert ours.get_params().keys() == theirs.get_params().keys()
        assert Vectorizer().get_params() == theirs.get_params()

    def test_with_the_same_tags_and_output_settings(self):
        assert vect.__sklearn_tags__() == HashingVectorizer().__sklearn_tags__()
        assert hasattr(vect, "set_output") == hasattr(HashingVectorizer(), "set_output")

    def test_clones_and_pickles(self):
        made = make_vectorizer(Recipe().with_settings(stop_words=("film",), n_features=2**10))
        for copy in (clone(made), pickle.loads(pickle.dumps(made))):
            assert type(copy) is Vectorizer
            assert copy.get_params() == made.get_params()
            assert_same_matrix(copy.transform(TEXTS), made.transform(TEXTS))

    def test_works_in_a_pipeline(self):
        texts, labels = ["fine film", "poor film"] * 5, [1, 0] * 5
        pipeline = make_pipeline(make_vectorizer(), SGDClassifier(random_state=0)).fit(texts, labels)
        assert pipeline.predict(["fine", "poor"]).tolist() == [1, 0]
        pipeline.set_params(vectorizer__ngram_range=(1, 1))
        assert pipeline[0].transform(["a fine film"]).nnz == 3

    def test_the_book_s_imports_are_there(self):
        assert vect.transform(["a fine film"]).shape == (1, RECIPES["default"].ngrams.n_features)
        assert tokenize_book is TOKENIZERS["book"]

    def test_an_unknown_recipe_is_refused_by_name(self):
        with pytest.raises(ValueError, match=rf"recipe must be one of {', '.join(RECIPES)}; got 'bok'"):
            make_vectorizer("bok")


class TestSameMatrix:
    @given(
        st.lists(st.text(st.characters(exclude_categories=()), max_size=30), min_size=1, max_size=4),
        st.fixed_dictionaries(
            {
                "tokenizer": st.sampled_from([TOKENIZERS["book"], TOKENIZERS["default"], cut_at_blanks]),
                "token_pattern": st.none(),
                "lowercase": st.booleans(),
                "strip_accents": st.sampled_from([None, None, "unicode"]),
                "preprocessor": st.sampled_from([None, None, str.title]),
                "analyzer": st.sampled_from(["word", "word", "char", "char_wb"]),
                "stop_words": st.sampled_from([None, None, ["a", "é"], "english"]),
                "ngram_range": st.sampled_from([(1, 1), (1, 3), (2, 3)]),
                "n_features": st.sampled_from([1, 2**20, np.int64(1000)]),
                "binary": st.booleans(),
                "alternate_sign": st.sampled_from([True, False, 1, np.True_]),
                "norm": st.sampled_from(["l1", "l2", None]),
                "dtype": st.sampled_from([np.float32, np.float64, "float32", np.dtype("f8"), int, ">f4", None]),
            }
        ),
    )
    @settings(max_examples=200, deadline=None)
    def test_under_any_parameters(self, texts, params):
        ours, theirs = Vectorizer(**params), HashingVectorizer(**params)
        expected = outcome(theirs.transform, texts)
        assert outcome(ours.transform, texts) == expected
        if isinstance(expected[0], list):  # neither has anything left to warn of
            assert_same_matrix(ours.transform(texts), theirs.transform(texts))

    @pytest.mark.parametrize("recipe", RECIPES)
    @pytest.mark.parametrize("container", [list, tuple, iter, np.array, lambda texts: np.array(texts, object)])
    def test_from_any_iterable(self, recipe, container):
        made = make_vectorizer(recipe)
        expected = HashingVectorizer(**made.get_params()).transform(TEXTS)
        assert_same_matrix(made.transform(container(TEXTS)), expected)
        assert_same_matrix(made.fit_transform(TEXTS), expected)

    @pytest.mark.parametrize("interface", ["spmatrix", "sparray"])
    def test_in_the_container_that_scikit_learn_is_set_to(self, interface):
        if "sparse_interface" not in sklearn.get_config():
            pytest.skip("this scikit-learn has matrices only")
        with sklearn.config_context(sparse_interface=interface):
            assert_as_scikit_learn(TEXTS, tokenizer=TOKENIZERS["default"], lowercase=False)
            expected = csr_array if interface == "sparray" else csr_matrix
            assert type(vect.transform(TEXTS)) is expected

    def test_rows_are_known_to_be_sorted(self):
        X = vect.transform(TEXTS)
        assert X.has_sorted_indices
        assert X.has_canonical_format
        X.has_canonical_format = False
        X.sum_duplicates()
        assert_same_matrix(X, vect.transform(TEXTS))

    @pytest.mark.parametrize("recipe", RECIPES)
    def test_without_the_twin(self, recipe, monkeypatch):
        compiled = make_vectorizer(recipe).transform(TEXTS)
        monkeypatch.setenv("MOVIECLASSIFIER_PURE_PYTHON", "1")
        assert_same_matrix(make_vectorizer(recipe).transform(TEXTS), compiled)


class TestWhichPath:
    @pytest.mark.parametrize(
        "recipe",
        [*RECIPES.values(), Recipe().with_settings(stop_words=("film",), ngram_range=(2, 4), n_features=77, norm="l1")],
        ids=lambda recipe: recipe.name,
    )
    def test_a_recipe_takes_the_twin(self, recipe, no_fallback):
        assert make_vectorizer(recipe).transform(TEXTS).shape == (len(TEXTS), recipe.ngrams.n_features)

    @pytest.mark.parametrize(
        "change",
        [
            {"tokenizer": cut_at_blanks},
            {"tokenizer": None, "token_pattern": r"\w"},
            {"preprocessor": str.title},
            {"strip_accents": "unicode"},
            {"lowercase": True},
            {"analyzer": "char"},
            {"dtype": np.int64},
            {"stop_words": "english"},
            {"ngram_range": [1, 2]},
            {"binary": 1},
        ],
        ids=lambda change: ", ".join(change),
    )
    def test_a_parameter_that_the_twin_does_not_know_takes_scikit_learn_s(self, change, monkeypatch):
        monkeypatch.setattr(module, "hash_texts", None)
        made = make_vectorizer("book").set_params(**change)
        theirs = HashingVectorizer(**made.get_params())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of stop words, from both
            assert_same_matrix(made.transform(TEXTS[:3]), theirs.transform(TEXTS[:3]))

    def test_bytes_are_decoded_by_scikit_learn(self):
        made = make_vectorizer()
        expected = made.transform(["café", "fine"])
        assert_same_matrix(made.transform(["café".encode(), "fine"]), expected)
        assert_same_matrix(made.set_params(encoding="latin-1").transform(["café".encode("latin-1"), "fine"]), expected)

    def test_files_are_read_by_scikit_learn(self, tmp_path):
        path = tmp_path / "review.txt"
        path.write_text("a fine film", encoding="utf-8")
        made = make_vectorizer().set_params(input="filename")
        assert_same_matrix(made.transform([str(path)]), vect.transform(["a fine film"]))


class TestErrors:
    @pytest.mark.parametrize("texts", ["one str", [None], [1], [np.nan], ["a", b"\xff"], [], None, 5], ids=repr)
    @pytest.mark.parametrize("recipe", RECIPES)
    def test_are_scikit_learn_s_own(self, recipe, texts):
        made = make_vectorizer(recipe)
        expected = outcome(HashingVectorizer(**made.get_params()).transform, texts)
        assert isinstance(expected[0], type)
        assert outcome(made.transform, texts) == expected

    @pytest.mark.parametrize(
        "change",
        [{"n_features": 2.5}, {"ngram_range": (2, 1)}, {"ngram_range": (0, 1)}, {"norm": "max"}],
        ids=str,
    )
    def test_and_so_is_what_becomes_of_settings_out_of_range(self, change):
        made = make_vectorizer("book").set_params(**{"n_features": 64} | change)
        theirs = HashingVectorizer(**made.get_params())
        assert outcome(made.transform, ["fine film"]) == outcome(theirs.transform, ["fine film"])

    def test_stop_words_that_the_tokenizer_cuts_are_warned_of(self):
        made = make_vectorizer(Recipe().with_settings(stop_words=("u.s.",), n_features=64))
        with pytest.warns(UserWarning, match=re.escape("generated tokens ['.', 's', 'u'] not in stop_words")):
            made.transform(["fine"])


@pytest.mark.parametrize("n_features", [0, -1, 2**31])
def test_columns_that_scikit_learn_would_divide_by_are_refused(n_features):
    made = make_vectorizer().set_params(n_features=n_features)
    with pytest.raises(ValueError, match="n_features must be between 1 and 2147483647; got"):
        made.transform(["x"])


class Shouting(Vectorizer, auto_wrap_output_keys=None):
    def build_analyzer(self):
        return lambda text: [text.upper()]


class Whole(Vectorizer, auto_wrap_output_keys=None):
    def build_tokenizer(self):
        return lambda text: [text]


class Reversed(Vectorizer, auto_wrap_output_keys=None):
    def build_preprocessor(self):
        return lambda text: text[::-1]


@pytest.mark.parametrize("kind", [Shouting, Whole, Reversed])
def test_a_subclass_keeps_its_own_steps(kind):
    ours = kind(**vect.get_params())
    theirs = type("Theirs", (HashingVectorizer,), {name: vars(kind)[name] for name in vars(kind) if "build" in name})
    text = "a fine film"
    assert_same_matrix(ours.transform([text]), theirs(**vect.get_params()).transform([text]))
    assert (ours.transform([text]) != vect.transform([text])).nnz


def test_an_instance_keeps_its_own_step():
    made = make_vectorizer()
    made.build_tokenizer = lambda: str.split
    assert made.transform(["a-b"]).nnz == 1
