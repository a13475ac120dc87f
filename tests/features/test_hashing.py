"""The compiled twin gives the bits of scikit-learn's HashingVectorizer: data, indices, indptr, and their dtypes."""

import csv
import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from movieclassifier.corpora.readers.spans import Spans
from movieclassifier.features import hashing
from movieclassifier.features.hashing import (
    hash_in_python,
    hash_texts,
    place_columns,
    sum_rows,
    sum_weights,
)
from movieclassifier.features.murmur import ngram_columns
from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.rows import Rows
from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.features.words import english_stop_words
from movieclassifier.models.weights import sum_rows_in_python
from movieclassifier.recipes.names import RECIPES
from movieclassifier.system import compiled
from movieclassifier.system.compiled import backend

needs_twin = pytest.mark.skipif(backend()[0] != "compiled", reason=f"no compiled twin: {backend()[1]}")

STUMBLING_BLOCKS = (
    "the|a|I|don't|rock’n’roll|'|’|_|-|:|;|=|(|)|:)|:-)|;-(|=)|:D|=-P|:Dx|<br />|<|>|<a\thref='x'>|<b|\"|!|.|,|*|/|\n"
    "|\x00|\x1c|\x85|\xa0|\u2028|é|e\u0301|ß|ﬁ|ǅ|İ|i\u0307|ı|Σ|ΑΣ|ς|K|Å|ͅ|Ⱥ|２|²|Ⅷ|ª|µ|日本|한|𝟘|𐐀|😀|\ud800|\udfff|\u200d"
    "|o\u0323\u0302|\u0301|ᄒ|\u1161|\u11ab|\u0344|\u0958|अच्छी|क्\u200dष|می\u200cخواهم|\u200c|\ufe0f|\U000e0100|\u2260|=\u0338|>\u0338|\u212b|\u037e"
    "|&#39;|&quot;|&lt;b&gt;|&AMP|&#146;|&#0;|&#xD800;|&#x301;|&eacute;|&nosuch;|‘|ʼ|＇|´|`|“|„|＂|\u00ad|don´t|re\u00adcommend|’\u0301"
)
PIECES = STUMBLING_BLOCKS.split("|")
SURROGATE = re.compile("[\ud800-\udfff]")

texts = st.lists(
    st.one_of(st.sampled_from(PIECES), st.sampled_from(" <>"), st.characters(exclude_categories=())), max_size=60
).map("".join)

BOOK = RECIPES["book"].ngrams
PARTS = ("data", "columns", "indptr")
settings_of_hashing = st.builds(
    NGrams,
    tokenizer=st.sampled_from(list(hashing.TWINS.values())),
    stop_words=st.sampled_from([(), ("the", "don't", ":)", "é", "i\u0307")]),
    ngram_range=st.sampled_from([(1, 1), (1, 2), (1, 3), (2, 2), (2, 4), (1, 40)]),
    n_features=st.sampled_from([1, 2, 7, 1000, 2**11, 2**21, 2**22, 3_000_001, 2**30, 2**31 - 1]),
    binary=st.booleans(),
    alternate_sign=st.booleans(),
    norm=st.sampled_from(["l1", "l2", None]),
    dtype=st.sampled_from(["float32", "float64"]),
)


def assert_same_bits(ours, theirs):
    assert ours.shape == theirs.shape
    for part in PARTS:
        a, b = getattr(ours, part), getattr(theirs, part)
        assert a.dtype == b.dtype, part
        assert a.tobytes() == b.tobytes(), part


def as_spans(documents):
    """Return texts as the twin of the CSV reader finds them."""
    encoded = [document.encode() for document in ["before", *documents, "behind"]]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return Spans([(b"".join(encoded), ends.tobytes(), 1, len(encoded) - 1)])


def assert_exact(documents, ngrams):
    expected = hash_in_python(documents, ngrams)
    assert_same_bits(hash_texts(documents, ngrams), expected)
    assert_same_bits(hash_texts(documents, ngrams, even=True), expected)
    if backend()[0] == "compiled" and not SURROGATE.search("".join(documents)):
        assert_same_bits(hash_texts(as_spans(documents), ngrams), expected)


@needs_twin
class TestExactness:
    @given(st.lists(texts, min_size=1, max_size=4), settings_of_hashing)
    @settings(max_examples=400, deadline=None)
    @example(["", "", "a"], NGrams())
    @example([":) the", ":-) :( the:)", "great :) movie", "x<br>:)<br>)"], BOOK)
    @example(["İ", "aİ:)", ":) Aİ", "İİ'İ"], BOOK)
    @example(["İ", "aİ:)", ":D:Dx :-", "don''t'", "İİ'İ’b"], NGrams())
    @example(["ΟΔΟΣ ΟΔΟΣ'Σ", "plain"], NGrams())
    def test_any_text_with_any_settings(self, documents, ngrams):
        assert_exact(documents, ngrams)

    @pytest.mark.parametrize("n_features", [1, 8, 1000, 2**22, 2**31 - 1])
    @pytest.mark.parametrize("n_words", [1, 2, 3, 40, 700, 2048, 2049, 5000])
    def test_columns_ascend_and_none_repeats_however_many_there_are(self, n_words, n_features):
        words = np.random.RandomState(n_words).randint(0, n_words + 1, n_words)
        assert_exact([" ".join(map(str, words))], NGrams(ngram_range=(1, 1), n_features=n_features, binary=True))

    @pytest.mark.parametrize("ngrams", [BOOK, NGrams()], ids=["book", "default"])
    def test_every_code_point_inside_a_word_and_on_its_own(self, ngrams):
        pages = [map(chr, range(start, start + 256)) for start in range(0, sys.maxunicode + 1, 256)]
        assert_exact([" ".join(f"x{c}y {c}" for c in page) for page in pages], replace(ngrams, ngram_range=(1, 1)))

    @pytest.mark.parametrize("ngrams", [BOOK, NGrams()], ids=["book", "default"])
    def test_real_reviews(self, ngrams, movie_data_csv):
        with open(movie_data_csv, newline="", encoding="utf-8") as file:
            documents = [text for text, _ in csv.reader(file)]
        wide = [text for text in documents if not text.isascii()][:500]
        assert_exact(documents[:1500], ngrams)
        assert_exact(wide, ngrams)

    @pytest.mark.parametrize("ngrams", [BOOK, NGrams()], ids=["book", "default"])
    @pytest.mark.parametrize("unit", ["a", "é", "日", "😀", "İ", "!", ":)", "<", "a ", "<b>", "it's "])
    def test_a_megabyte(self, ngrams, unit):
        text = unit * (2**20 // len(unit))
        if unit == "<":
            text = text[: 2**12]  # the regular expression of the definition takes quadratic time
        assert_exact([text, "short", text[::2]], replace(ngrams, ngram_range=(1, 1)))

    def test_more_ngrams_than_the_sort_for_short_texts_takes(self):
        document = " ".join(f"w{i % 3001}" for i in range(20_000))
        for n_features in (2, 2**22, 2**31 - 1):
            assert_exact([document, document[:9000]], replace(NGrams(), n_features=n_features))

    @pytest.mark.parametrize("n_features", [1, 3, 10, 2**21, 2**31 - 1])
    def test_the_hash_whose_absolute_value_is_not_an_int32(self, n_features):
        ngrams = replace(BOOK, n_features=n_features, norm=None)
        assert_exact(["uwymouna"], ngrams)  # MurmurHash3 gives -2**31
        assert hash_texts(["uwymouna"], ngrams).data.tolist() == [-1]

    def test_signs_that_cancel_stay_as_a_zero(self):
        ngrams = replace(BOOK, n_features=1)
        documents = [f"{a} {b}" for a in "bcefghjk" for b in "lnpqruvw"]
        assert_exact(documents, ngrams)
        assert 0 in hash_texts(documents, ngrams).data

    def test_other_words_may_be_stop_words(self):
        ngrams = replace(NGrams(), stop_words=("it's", "日本", ":d", "!", "", "a b", "\ud800"))
        assert_exact(["It's 日本 日本人 :D fine! it's", "a b"], ngrams)

    def test_a_subclass_of_str_counts_as_its_text(self):
        assert_same_bits(hash_texts([np.str_("a ΑΣ b")], NGrams()), hash_texts(["a ΑΣ b"], NGrams()))

    @pytest.mark.slow
    def test_threads_share_a_twin(self):
        documents = [" ".join(PIECES[i % 7 :]) * 20 for i in range(300)]
        expected = hash_texts(documents, NGrams())
        with ThreadPoolExecutor(4) as pool:
            for result in pool.map(lambda _: hash_texts(documents, NGrams()), range(16)):
                assert_same_bits(result, expected)


@needs_twin
class TestControl:
    """The comparison of this file can fail."""

    @pytest.mark.parametrize("part", PARTS)
    def test_one_flipped_bit_is_seen(self, part):
        ours, theirs = hash_texts(["a fine film"], NGrams()), hash_in_python(["a fine film"], NGrams())
        getattr(ours, part).view("u1")[0] ^= 1
        with pytest.raises(AssertionError):
            assert_same_bits(ours, theirs)

    @pytest.mark.parametrize(
        "change",
        [
            {"tokenizer": "book"},
            {"stop_words": ("fine",)},
            {"ngram_range": (1, 2)},
            {"n_features": 2**21 + 1},
            {"binary": False},
            {"norm": "l1"},
            {"dtype": "float64"},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_every_setting_matters(self, change):
        documents = ["the fine, fine film"]
        with pytest.raises(AssertionError):
            assert_same_bits(hash_texts(documents, replace(NGrams(), **change)), hash_texts(documents, NGrams()))


@needs_twin
class TestTwin:
    def test_the_gil_is_released(self):
        document = "a fine film, " * 400_000
        hash_texts(["warm up"], NGrams())
        worker = threading.Thread(target=hash_texts, args=([document], NGrams()))
        n_turns = 0
        worker.start()
        while worker.is_alive():
            time.sleep(0.001)
            n_turns += 1
        assert n_turns > 20

    def test_scikit_learn_is_not_imported(self):
        code = (
            "import sys; from movieclassifier.features.hashing import hash_texts;"
            "from movieclassifier.features.ngrams import NGrams;"
            "hash_texts(['a ΑΣ b'], NGrams()); print({'sklearn', 'scipy'} & set(sys.modules))"
        )
        assert run(code).stdout.strip() == "set()"

    @pytest.mark.slow
    def test_too_long_a_text_is_left_to_the_definition(self):
        document = " " * 2**24 + " fine film"
        with pytest.raises(compiled.hashing_twin().Declined, match="characters"):
            hashing._twin(NGrams()).hash([document])
        assert_exact([document, "x"], NGrams())

    def test_too_many_ngrams_are_left_to_the_definition(self):
        twin = hashing._twin(NGrams(ngram_range=(1, 2**40)))
        with pytest.raises(compiled.hashing_twin().Declined, match="18003000 n-grams"):
            twin.hash(["a " * 6000])

    def test_sanitizers_watch_the_twin_that_was_built_for_them(self):
        if "libasan" not in os.environ.get("LD_PRELOAD", ""):
            pytest.skip("only make sanitize runs under AddressSanitizer")
        assert "sanitized" in sys.modules["movieclassifier.features._hashing"].__file__

    @pytest.mark.slow
    def test_too_little_memory_is_an_error_not_a_crash(self):
        code = (
            "import resource, numpy; from movieclassifier.features.hashing import hash_texts;"
            "from movieclassifier.features.ngrams import NGrams; hash_texts(['a'], NGrams()); text = 'a ' * 8_000_000;"
            "import sklearn.feature_extraction.text;"  # a library that finds no room is an ImportError of its own
            "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize();"
            "limit = used + {room}; resource.setrlimit(resource.RLIMIT_AS, (limit, limit));"
            "hash_texts([text], NGrams())"
        )
        if not os.path.exists("/proc/self/statm"):
            pytest.skip("needs /proc to limit memory")
        if "libasan" in os.environ.get("LD_PRELOAD", ""):
            pytest.skip("AddressSanitizer needs all the memory there is")
        out_of_memory = ("MemoryError", "numpy._core._exceptions._ArrayMemoryError")
        # With 1 MB left, Python itself may have no room for the error, and says so by a SystemError.
        rooms = {1 << 20: (*out_of_memory, "SystemError"), 100 << 20: out_of_memory, 300 << 20: out_of_memory}
        for room, errors in rooms.items():
            process = run(code.replace("{room}", str(room)), check=False)
            assert process.returncode == 1, process.stderr
            assert process.stderr.strip().splitlines()[-1].startswith(errors), process.stderr

    def test_the_twin_refuses_what_is_not_a_str(self):
        with pytest.raises(TypeError, match="a text must be str; got int"):
            hashing._twin(NGrams()).hash(["a", 1])


class TestFrontDoor:
    def test_one_str_is_refused(self):
        with pytest.raises(TypeError, match=r"texts must be a list of str, got one str; pass \[text\]\."):
            hash_texts("a fine film", NGrams())

    @pytest.mark.parametrize("wrong", [None, 1, b"bytes", float("nan")])
    def test_anything_but_str_is_refused_by_position(self, wrong):
        with pytest.raises(TypeError, match=f"text 1 is of type {type(wrong).__name__}"):
            hash_texts(["a", wrong], NGrams())

    @pytest.mark.parametrize("pure", ["0", "1"])
    def test_without_texts_there_are_no_rows(self, pure, monkeypatch):
        monkeypatch.setenv("MOVIECLASSIFIER_PURE_PYTHON", pure)
        rows = hash_texts([], NGrams())
        assert (rows.data.size, rows.columns.size, rows.indptr.tolist()) == (0, 0, [0])
        assert (rows.data.dtype, rows.columns.dtype, rows.indptr.dtype) == (np.float32, np.int32, np.int32)

    def test_the_environment_turns_the_twin_off(self, monkeypatch):
        monkeypatch.setenv("MOVIECLASSIFIER_PURE_PYTHON", "1")
        assert backend() == ("pure Python", "MOVIECLASSIFIER_PURE_PYTHON is set")
        assert_exact(["It's 日本 :D fine!"], NGrams(stop_words=("fine",)))

    def test_without_the_extension_the_definition_answers(self, monkeypatch):
        expected = hash_texts(["It's a fine film :)"], NGrams())
        monkeypatch.setitem(sys.modules, "movieclassifier.features._hashing", None)  # importing it fails
        monkeypatch.setattr(compiled, "_import_once", compiled.import_twin)
        monkeypatch.delenv("MOVIECLASSIFIER_PURE_PYTHON", raising=False)
        name, reason = backend()
        assert name == "pure Python"
        assert reason.startswith("import of movieclassifier.features._hashing halted")
        assert_same_bits(hash_texts(["It's a fine film :)"], NGrams()), expected)

    def test_a_new_tokenizer_is_hashed_by_its_definition(self, monkeypatch):
        monkeypatch.setitem(TOKENIZERS, "letters", list)
        ngrams = NGrams(tokenizer="letters", ngram_range=(1, 1), norm=None)
        assert_exact(["fine film"], ngrams)
        assert hash_texts(["aab"], ngrams).columns.size == 2

    @pytest.mark.parametrize("beginning", ["", "the same"])
    @pytest.mark.parametrize("n_words", [1, 9, 3000])
    def test_stop_words_may_be_many_and_begin_alike(self, beginning, n_words):
        words = [f"{beginning.replace(' ', '')}{i:04}" for i in range(2 * n_words)]
        assert_exact([" ".join(words), "the"], NGrams(stop_words=tuple(words[::2]), ngram_range=(1, 1)))

    def test_stop_words_of_the_book_are_out_on_either_path(self, monkeypatch):
        documents = [" ".join(sorted(english_stop_words()))]
        assert "wasn't" in documents[0]
        data = hash_texts(documents, BOOK).data
        monkeypatch.setenv("MOVIECLASSIFIER_PURE_PYTHON", "1")
        assert hash_texts(documents, BOOK).data.tobytes() == data.tobytes()


def run(code, check=True):
    """Run Python code in a process of its own, where the twin is not turned off."""
    environment = os.environ | {"MOVIECLASSIFIER_PURE_PYTHON": "0", "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=check, env=environment)


@needs_twin
class TestSums:
    @given(st.lists(texts, min_size=1, max_size=3).map(" ".join), settings_of_hashing, st.integers(1, 20))
    @settings(max_examples=100, deadline=None)
    def test_sums_have_the_bits_of_numpy(self, document, ngrams, n_rows):
        ngrams = replace(ngrams, n_features=min(ngrams.n_features, 2**11))
        coef = np.random.RandomState(0).normal(size=(n_rows, ngrams.n_features)).astype(ngrams.dtype)
        rows = hash_texts([document], ngrams)
        expected = np.concatenate([sum_rows_in_python(rows, row) for row in coef])
        assert np.array(sum_weights(document, ngrams, coef)).tobytes() == expected.tobytes()

    @pytest.mark.parametrize("n_words", [0, 1, 7, 8, 9, 127, 128, 129, 300, 1000, 5000])
    def test_sums_of_any_length_have_the_bits_of_numpy(self, n_words):
        document, ngrams = " ".join(f"w{i}" for i in range(n_words)), NGrams(ngram_range=(1, 1), n_features=2**18)
        coef = np.random.RandomState(0).normal(size=(1, 2**18)).astype(np.float32)
        expected = sum_rows_in_python(hash_texts([document], ngrams), coef[0])
        assert np.array(sum_weights(document, ngrams, coef)).tobytes() == expected.tobytes()

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    @given(st.lists(st.integers(0, 300), max_size=6), st.integers(0, 2**32 - 1))
    @settings(max_examples=100, deadline=None)
    def test_sums_of_several_rows_have_the_bits_of_numpy(self, dtype, lengths, seed):
        rng = np.random.RandomState(seed)
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        columns = rng.randint(0, 64, indptr[-1]).astype(np.int32)
        rows = Rows(rng.normal(size=len(columns)).astype(dtype), columns, indptr, 64)
        coef = rng.normal(size=(64, 2)).astype(dtype)[:, 0]
        assert sum_rows(rows, coef).tobytes() == sum_rows_in_python(rows, coef).tobytes()

    def test_rows_that_would_reach_outside_are_refused(self):
        coef = np.zeros(4, np.float32)
        for columns, indptr in (([4], [0, 1]), ([-1], [0, 1]), ([0], [0, 2]), ([0], [1, 1]), ([0, 0], [0, 2, 1, 2])):
            rows = Rows(np.ones(len(columns), np.float32), np.array(columns, np.int32), np.array(indptr), 9)
            with pytest.raises(ValueError, match="rows must have columns below 4"):
                sum_rows(rows, coef)
        assert (
            sum_rows(Rows(np.ones(1, np.float32), np.zeros(1, np.int32), np.array([0, 1]), 4), coef.astype(float))
            is None
        )

    def test_texts_and_weights_that_the_twin_does_not_take_are_left_to_numpy(self, monkeypatch):
        ngrams = NGrams(n_features=8)
        coef = np.zeros((2, 8), np.float32)
        assert sum_weights("a", ngrams, coef.astype(float)) is None
        assert sum_weights("a", ngrams, np.asfortranarray(coef)) is None
        assert sum_weights("a" * (2**24 + 1), ngrams, coef) is None
        assert sum_weights("a", NGrams(tokenizer="porter", n_features=8), coef) is None
        monkeypatch.setenv("MOVIECLASSIFIER_PURE_PYTHON", "1")
        assert sum_weights("a", ngrams, coef) is None

    def test_weights_of_different_columns_are_refused(self):
        with pytest.raises(ValueError, match="there must be 8 columns of weights; got 4"):
            sum_weights("a", NGrams(n_features=8), np.zeros((1, 4), np.float32))


class TestPlaceColumns:
    @needs_twin
    @pytest.mark.parametrize(
        "settings",
        [
            {},
            {"ngram_range": (2, 3), "stop_words": ("the", "a")},
            {"ngram_range": (3, 9), "n_features": 7},
            {"tokenizer": "book"},
        ],
    )
    @given(text=st.text(st.sampled_from(list("abthe ’&#39;\u0301\u00adΣ<>:)D!\n")), max_size=60) | st.text(max_size=40))
    def test_each_place_has_the_column_of_its_n_gram(self, settings, text):
        ngrams = NGrams(**({"ngram_range": (1, 3), "n_features": 2**22} | settings))
        words = [word for word in TOKENIZERS[ngrams.tokenizer](text) if word not in ngrams.stop_words]
        names = [
            " ".join(words[first : first + length])
            for length in range(ngrams.ngram_range[0], ngrams.ngram_range[1] + 1)
            for first in range(len(words) + 1 - length)
        ]
        columns = ngram_columns(list(dict.fromkeys(names)), ngrams.n_features)
        assert place_columns(text, ngrams) == [columns[name] for name in names]

    def test_none_without_the_twin_and_for_what_it_cannot_take(self, monkeypatch):
        assert place_columns("a" * (2**24 + 1), NGrams(n_features=8)) is None
        assert place_columns("a", NGrams(tokenizer="porter", n_features=8)) is None
        monkeypatch.setenv("MOVIECLASSIFIER_PURE_PYTHON", "1")
        assert place_columns("a", NGrams(n_features=8)) is None
