import numpy as np
import pytest

from movieclassifier.corpora.unlabelled import text_digests
from movieclassifier.training.teachers.soft_labels import SoftLabels, soft_label_lines

NAMES = (("negative", "0"), ("positive", "1"))
NONE = np.empty(0, np.uint64)


def test_what_is_written_is_read_to_the_bit(tmp_path):
    rng = np.random.RandomState(0)
    soft = rng.dirichlet([1, 1], size=50).astype(np.float32)
    texts = [f"text {number}" for number in range(50)]
    path = tmp_path / "soft.jsonl"
    path.write_text("".join(soft_label_lines(texts, soft.tolist(), ["negative", "positive"])))
    read = SoftLabels(path, NAMES, NONE)
    assert list(read) == texts
    assert np.array(list(read.probabilities()), np.float32).tobytes() == soft.tobytes()


def test_known_texts_are_left_out_with_their_probabilities(tmp_path):
    path = tmp_path / "soft.jsonl"
    path.write_text(
        '{"text": "a", "probabilities": {"1": 0.25, "0": 0.75}}\n\n'
        '{"text": "b", "probabilities": {"negative": 1, "positive": 0}}\n'
    )
    read = SoftLabels(path, NAMES, text_digests(["b"]))
    assert (list(read), list(read.probabilities()), list(read.all_texts())) == (["a"], [[0.75, 0.25]], ["a", "b"])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("no JSON", "this is not valid JSON"),
        ("[" * 100_000, "this is not valid JSON"),
        ("[1]", "expected an object with a text"),
        ('{"text": 7}', "expected an object with a text"),
        ('{"text": "a", "probabilities": [0.5, 0.5]}', r"expected probabilities by label, .* got \[0.5, 0.5\]"),
        ('{"text": "a", "probabilities": {"0": 1}}', "expected a probability of each of 0, 1; got 0"),
        ('{"text": "a", "probabilities": {"0": 0.5, "1": 0.4, "2": 0.1}}', "got 0, 1, 2"),
        ('{"text": "a", "probabilities": {"0": 0.5, "1": 0.4}}', "whose sum is 1; got 0.5, 0.4"),
        ('{"text": "a", "probabilities": {"0": NaN, "1": 0.4}}', "whose sum is 1; got nan, 0.4"),
        ('{"text": "a", "probabilities": {"0": "1", "1": 0}}', "whose sum is 1; got 1, 0"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, message):
    path = tmp_path / "soft.jsonl"
    path.write_text('{"text": "a", "probabilities": {"0": 0.5, "1": 0.5}}\n' + line + "\n")
    with pytest.raises(ValueError, match=f"soft.jsonl, line 2: .*{message}"):
        list(SoftLabels(path, NAMES, NONE))
