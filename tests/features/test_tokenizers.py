"""Tokenizers from the field: what each keeps, and that NLTK is needed by none until it is used."""

import pickle
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.stem.porter import PorterStemmer

from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.features.words import tokenize_default


@pytest.mark.parametrize("name", [name for name in TOKENIZERS if name != "lemma"])
@given(text=st.text())
def test_any_text_gives_tokens_that_are_not_empty(name, text):
    tokens = TOKENIZERS[name](text)
    assert isinstance(tokens, list)
    assert all(isinstance(token, str) and token for token in tokens)


@pytest.mark.parametrize("name", TOKENIZERS)
def test_tokenizer_can_be_pickled(name):
    assert pickle.loads(pickle.dumps(TOKENIZERS[name])) is TOKENIZERS[name]


def test_importing_the_tokenizers_imports_no_nltk():
    code = "import sys, movieclassifier.features.tokenizers; print({'nltk', 'sklearn', 'scipy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


@given(st.text(st.sampled_from("abcdeginrsty '-.")))
def test_stems_are_those_of_nltk(text):
    stemmer = PorterStemmer()
    assert TOKENIZERS["porter"](text) == [stemmer.stem(token) for token in tokenize_default(text)]


def test_porter_keeps_emoticons_and_punctuation():
    assert TOKENIZERS["porter"]("Loved<br />the movies :-)!") == ["love", "the", "movi", ":-)", "!"]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("see http://t.co/a?b=1, ok", ["see", "URL", "ok"]),
        ("WWW.Example.com !", ["URL", "!"]),
        ("@Anna_1 hi me@home.com", ["USER", "hi", "me", "home", ".", "com"]),
        ("#TGIF #1 #3d", ["#tgif", "1", "#3d"]),
        (
            ":) :-( ;D =P 8) :'( <3 </3 ^_^ xD O_o :3",
            [":)", ":(", ";D", "=P", "8)", ":'(", "<3", "</3", "^_^", "xD", "O_o", ":3"],
        ),
        (
            "(: D: (2008) at 8:30 Title:Director",
            ["(:", "D:", "(", "2008", ")", "at", "8", ":", "30", "title", ":", "director"],
        ),
        ("👍🏽 👨‍👩‍👧 🇩🇪🇫🇷 ❤️😀 1️⃣", ["👍🏽", "👨‍👩‍👧", "🇩🇪", "🇫🇷", "❤️", "😀", "1️⃣"]),
        ("Soooo goooood!!! aaa 1000000", ["soo", "good", "!", "!", "!", "aa", "1000000"]),
        ("don't dont rock’n’roll 'quoted'", ["dont", "dont", "rocknroll", "quoted"]),
        ("I &lt;3 U &amp; me &quot;lol&quot;", ["i", "<3", "u", "me", '"', "lol", '"']),
        ("good<br />film a<b", ["good", "film", "a", "b"]),
        ("日本 café ①", ["日本", "café", "①"]),
    ],
)
def test_tweet_is_split(text, tokens):
    assert TOKENIZERS["tweet"](text) == tokens


@given(st.text(st.sampled_from("abABéÉ1_'! ")))
def test_tweet_has_no_runs_of_three_letters(text):
    assert not re.search(r"([^\W\d_])\1\1", " ".join(TOKENIZERS["tweet"](text)))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", ["▁"]),
        ("  A  b\n", ["▁", "a", "▁", "b", "▁"]),
        ("<i>é</i>", ["▁", "é", "▁"]),
        ("a<3", ["▁", "a", "<", "3", "▁"]),
    ],
)
def test_characters_mark_where_words_begin_and_end(text, tokens):
    assert TOKENIZERS["characters"](text) == tokens


def test_ngrams_of_characters_are_those_of_scikit_learn():
    from sklearn.feature_extraction.text import HashingVectorizer

    from movieclassifier.recipes.names import make_recipe
    from movieclassifier.vectorizer import make_vectorizer

    recipe = make_recipe("default", tokenizer="characters", ngram_range=(3, 3), n_features=2**20)
    ours = make_vectorizer(recipe).transform(["one movie", "o n e"])
    reference = HashingVectorizer(
        analyzer="char", ngram_range=(3, 3), n_features=2**20, alternate_sign=False, binary=True
    )
    theirs = reference.transform(["▁one▁movie▁", "▁o▁n▁e▁"])
    # Their columns are other ones, for here the characters of an n-gram are joined by spaces.
    assert [ours[i].nnz for i in (0, 1)] == [theirs[i].nnz for i in (0, 1)] == [9, 5]
