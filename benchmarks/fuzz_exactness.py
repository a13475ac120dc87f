"""Compare the compiled twin with scikit-learn on random Unicode and random settings, for as long as you like.

    python benchmarks/fuzz_exactness.py --minutes 5
    python benchmarks/fuzz_exactness.py --texts 500000                            so many texts, however long it takes
    python benchmarks/fuzz_exactness.py --minutes 0 --csv data/movie_data.csv     every review, both recipes

Prints the first text that differs, with its settings, and exits with status 1; the comparison is first shown to fail on
arrays that differ by one bit.
"""

import random
import sys
import time

import click

from movieclassifier.features import hashing
from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.rows import Rows
from movieclassifier.recipes.names import RECIPES
from movieclassifier.system.compiled import backend

STUMBLING_BLOCKS = (
    "the|a|I|don't|isn't|rock’n’roll|o''|''|’|'|_|__|-|--|:|;|=|(|)|:)|:-)|;-(|=)|:D|=-P|:-D|:DP|:Dx|:-Px|;))|::)|:-:)"
    "|<br />|<|>|<<|<>|<a\thref='x'>|<b|<3|\"|!|?|.|,|*|/|\n|\r|\t|\v|\f|\x00|\x1c|\x1f|\x85|\xa0|\u2028|\u3000|\ufeff"
    "|é|É|e\u0301|ß|ẞ|ﬁ|ŉ|ǆ|ǅ|Ǆ|İ|i\u0307|ı|I\u0307|Iİ|Σ|ΑΣ|ΑΣ.|σ|ς|Ω|K|Å|ͅ|Ⱥ|Ⱦ|Ᏸ|ꭰ|Ⴀ|1|２|²|½|Ⅷ|ⅷ|Ⓐ|ª|º|µ|ՙ|日本|한|𝟘|𐐀|𞤀"
    "|😀|\ud800|\udfff|\udc00\ud800|\u200d|\u0307|\u20e3|don|don'|t's|it's|yourselves|themselves|greatmovie|10/10"
)
# Of a third of the texts: combining marks, decomposed letters, character references and typographic quotes.
FORMS_OF_ONE_TEXT = (
    "e\u0301|o\u0323\u0302|\u0301|\u0327\u0301|A\u030a|ᄒ|\u1161|\u11ab|한\u11ab|\u0344|\u0958|\u0915\u093c|अच्छी|नहीं|क्\u200dष|తెలుగు|ที่"
    "|مُحَمَّد|می\u200cخواهم|\u200c|\u200d|\ufe0f|\U000e0100|1\ufe0f\u20e3|\u2260|=\u0338|<\u0338|>\u0338|\u212b|\u2126|\u1fef|\u037e|\u2000"
    "|&#39;|&quot;|&nbsp;|&amp;|&lt;b&gt;|&AMP|&#x2019;|&#146;|&#0;|&#xD800;|&#x301;|&#233;|&eacute;|&ngE;|&nosuch;|&;|&#;|AT&T"
    "|‘|’|‛|ʼ|＇|´|`|“|”|„|‟|＂|«"
    "|′|can′t|‵|″|ʹ|ʹ|ʻ|oʻz|ʾ|ʿ|ˈ|ꞌ|՚|׳|צה״ל|᾽|΄|´|\x92|\x93|\x91|❜|〝|｀|ʺ"
    "|\u00ad|don’t|don´t|’tis|’’|“x”|re\u00adcommend|isn‘t|e\u00ad\u0301|'\u0301|’\u0301"
)
PIECES, FORMS = STUMBLING_BLOCKS.split("|"), FORMS_OF_ONE_TEXT.split("|")


def random_text(rng: random.Random) -> str:
    """Return a text of pieces that tokenizers stumble over and of random code points."""
    if rng.random() < 1 / 3:
        n = rng.choice((1, 2, 3, 5, 10, 40))
        return "".join(
            rng.choice(FORMS if rng.random() < 0.7 else PIECES) + rng.choice(("", "", " ")) for _ in range(n)
        )
    widest = rng.choice((0x80, 0x100, 0x250, 0x2100, 0x10000, 0x110000))
    parts = []
    for _ in range(rng.choice((0, 1, 2, 3, 5, 10, 40, 200))):
        piece = rng.choice(PIECES) if rng.random() < 0.7 else chr(rng.randrange(widest))
        parts += [piece * rng.choice((1, 1, 1, 1, 1, 2, 70)), rng.choice(("", "", " "))]
    return "".join(part for part in parts if widest > 0x250 or max(part, default="") < chr(widest))


def random_ngrams(rng: random.Random) -> NGrams:
    """Return random settings of the vectorizer."""
    shortest = rng.choice((1, 1, 1, 2, 3))
    return NGrams(
        tokenizer=rng.choice(("book", "default")),
        stop_words=rng.choice(((), (), ("the", "don't", ":)", "i\u0307", "é", "great:)"))),
        ngram_range=(shortest, shortest + rng.choice((0, 0, 1, 2, 9))),
        n_features=rng.choice((1, 2, 7, 1000, 2**11, 2**21, 2**22, 3_000_001, 2**30, 2**31 - 1)),
        binary=rng.random() < 0.5,
        alternate_sign=rng.random() < 0.5,
        norm=rng.choice(("l1", "l2", None)),
        dtype=rng.choice(("float32", "float64")),
    )


def same_bits(ours: Rows, theirs: Rows) -> bool:
    """Tell whether data, columns and indptr agree in dtype and in every byte."""
    pairs = [(getattr(ours, part), getattr(theirs, part)) for part in ("data", "columns", "indptr")]
    return all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in pairs)


def first_difference(texts: list[str], ngrams: NGrams) -> str | None:
    """Return the first text that the twin and scikit-learn see differently."""
    if same_rows(texts, ngrams):
        return None
    return next((text for text in texts if not same_rows([text], ngrams)), "(no text alone, only all of them together)")


def same_rows(texts: list[str], ngrams: NGrams) -> bool:
    """Tell whether the twin's rows are those of scikit-learn, and so are its even rows where there can be such."""
    expected = hashing.hash_in_python(texts, ngrams)
    return all(same_bits(hashing.hash_texts(texts, ngrams, even=even), expected) for even in {False, ngrams.binary})


def check_control() -> None:
    """Show that the comparison fails where one bit differs."""
    ours = hashing.hash_texts(["a fine film"], RECIPES["book"].ngrams)
    flipped = ours.data.copy()
    flipped.view("u1")[0] ^= 1
    if not same_bits(ours, ours) or same_bits(ours, ours.with_data(flipped)):
        sys.exit("The comparison does not see one flipped bit.")


def compare(texts: list[str], ngrams: NGrams) -> None:
    """Stop at a difference."""
    text = first_difference(texts, ngrams)
    if text is not None:
        sys.exit(f"Differs from scikit-learn: {text!r}\n{ngrams}")


@click.command(help=__doc__.split("\n")[0])
@click.option("--minutes", default=1.0, show_default=True, help="How long to try random texts.")
@click.option("--texts", "n_at_least", default=0, help="How many random texts to try at least.")
@click.option("--seed", default=0, show_default=True)
@click.option("--csv", "csv_path", type=click.Path(exists=True), help="Reviews to compare as well.")
def main(minutes: float, n_at_least: int, seed: int, csv_path: str | None) -> None:
    """Run the comparison."""
    if backend()[0] != "compiled":
        sys.exit(f"There is nothing to compare: {backend()[1]}.")
    check_control()
    if csv_path:
        compare_reviews(csv_path)
    rng, n_texts, end = random.Random(seed), 0, time.monotonic() + 60 * minutes
    while n_texts < n_at_least or (not n_at_least and time.monotonic() < end):
        texts = [random_text(rng) for _ in range(100)]
        compare(texts, random_ngrams(rng))
        n_texts += len(texts)
    print(f"{n_texts:,} random texts (seed {seed}): the same bits as scikit-learn's.")


def compare_reviews(csv_path: str) -> None:
    """Compare every text of a CSV file under every recipe."""
    from movieclassifier.corpora.readers.tables import iter_csv

    texts = [text for text, _ in iter_csv(csv_path)]
    for recipe in RECIPES.values():
        for minibatch in (texts[i : i + 1000] for i in range(0, len(texts), 1000)):
            compare(minibatch, recipe.ngrams)
        print(f"{len(texts):,} texts of {csv_path}, recipe {recipe.name}: the same bits as scikit-learn's.")


if __name__ == "__main__":
    main()
