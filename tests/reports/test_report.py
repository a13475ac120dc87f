import base64
import csv
import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from movieclassifier.cli import main
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.shuffled import shuffle_corpus
from movieclassifier.features.hashing import ngram_columns
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.persistence import load_classifier
from movieclassifier.models.record import save_record
from movieclassifier.recipes.names import make_recipe
from movieclassifier.reports.charts import draw_cloud, draw_ngrams
from movieclassifier.reports.curves import draw_calibration, draw_confusion, draw_learning_curve, draw_lengths
from movieclassifier.reports.duplicates import find_duplicates
from movieclassifier.reports.finished_run import open_run
from movieclassifier.reports.learning_curve import LearningCurve, sizes
from movieclassifier.reports.mistakes import cut_up, show, telling_part
from movieclassifier.reports.scored_documents import Mistake, digest, read_test_part
from movieclassifier.reports.strong_ngrams import StrongNgram, find_strong_ngrams, name_columns
from movieclassifier.reports.style import drawable
from movieclassifier.reports.training_report import make_report
from movieclassifier.training.fit import fit
from movieclassifier.training.plan import Plan

SAMPLE = "movieclassifier/bundled/sample_reviews.csv"
DOCUMENTS = list(open_corpus(SAMPLE))
TEXTS = [text for text, _ in DOCUMENTS]
PICTURES = (
    "learning_curve",
    "confusion",
    "roc",
    "precision_recall",
    "calibration",
    "lengths",
    "ngrams",
    "cloud_1",
    "cloud_2",
)
SETTINGS = ["--n-features", "2**14", "--n-holdout", "100"]


def run(*arguments):
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    model_dir = tmp_path_factory.mktemp("model")
    run("train", SAMPLE, "--model-dir", model_dir, *SETTINGS)
    return model_dir


@pytest.fixture(scope="module")
def folder(trained, tmp_path_factory):
    """Make one report for many tests."""
    output = tmp_path_factory.mktemp("report")
    result = run("report", SAMPLE, "--model-dir", trained, "--output", output)
    assert result.stdout.strip() == str(output / "report.html")
    return output


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "report.html").read_text("utf-8")


@pytest.fixture(scope="module")
def three_classes():
    """Train on texts of three classes whose words tell them apart."""
    rng = np.random.default_rng(0)
    words = {"art": ["paint", "music"], "law": ["court", "judge"], "war": ["tank", "army"]}
    documents = []
    for _ in range(300):
        label = str(rng.choice(list(words)))
        tokens = [*rng.choice(words[label], 4), *rng.choice(["the", "of", "and"], 4)]
        documents.append((" ".join(rng.permutation(tokens)), label))
    recipe = make_recipe("default", n_features=2**12)
    labels = [label for _, label in documents]
    plan = Plan(recipe, tuple(words), tuple(map(labels.count, words)), 200, minibatch_size=50)
    return fit(iter(documents), plan), documents


def test_the_page_asks_no_network_for_anything(page):
    sources = re.findall(r"""(?:src|href)=["']([^"']*)""", page)
    assert len(sources) == len(PICTURES)
    assert all(source.startswith("data:image/") for source in sources)
    assert not re.search(r"url\(|@import|<script|https?://", page.split("<body>")[0])


def test_every_picture_has_a_text_equivalent_and_a_table(page):
    figures = re.findall(r"<figure>.*?</figure>", page, re.DOTALL)
    assert len(figures) == len(PICTURES)
    for figure in figures:
        alt = re.search(r'alt="([^"]+)"', figure)[1]
        assert f"<figcaption>{alt}</figcaption>" in figure
        assert figure.count("<tr>") > 1


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_also_a_file(folder, name):
    with Image.open(folder / f"{name}.png") as image:
        assert image.width > 500
        assert len(image.convert("RGB").getcolors(10**6)) > 10
    root = ElementTree.parse(folder / f"{name}.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


def test_pictures_on_the_page_are_the_files(folder, page):
    found = {base64.b64decode(data) for data in re.findall(r"data:image/[a-z+]+;base64,([^\"]+)", page)}
    files = {path.read_bytes() for path in folder.iterdir() if path.suffix in (".svg", ".png")}
    assert found <= files


def test_figures_on_the_page_are_those_of_the_run(trained, page):
    metrics = load_classifier(trained).metadata["metrics"]
    for text in (f"{100 * metrics['accuracy']:.2f}%", f"{metrics['log_loss']:.3f}", f"{metrics['roc_auc']:.4f}"):
        assert f"<strong>{text}</strong>" in page
    for row in metrics["per_class"].values():
        assert f"{row['f1']:.4f}" in page
    assert load_classifier(trained).metadata["sha256"] in page


def test_the_run_is_repeated_to_the_bit(page):
    assert "On all of them it gave the weights of this model, bit for bit." in page
    assert [n for n in (112, 150, 300) if f"<td>{n}</td>" in page] == [150, 300]


def test_after_a_counting_pass_nothing_is_called_prequential(tmp_path):
    run("train", SAMPLE, "--model-dir", tmp_path / "model", *SETTINGS, "--passes", "2", "--minibatch-size", "50")
    assert load_classifier(tmp_path / "model").metadata["learning_curve"]
    run("report", SAMPLE, "--model-dir", tmp_path / "model", "--output", tmp_path / "report", "--no-curve")
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    assert "The counting pass has seen all labels, so there is no curve unless the run is repeated." in page
    assert not list((tmp_path / "report").glob("learning_curve.*"))


def test_same_model_and_corpus_make_the_same_report(trained, folder, tmp_path):
    run("report", SAMPLE, "--model-dir", trained, "--output", tmp_path)
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_mistakes_are_the_surest_wrong_ones(trained, page):
    classifier = load_classifier(trained)
    texts, labels = zip(*DOCUMENTS[300:], strict=True)
    y_proba = classifier.predict_proba(texts)
    wrong = [
        (y_proba[i].max(), i + 1) for i, label in enumerate(labels) if classifier.classes_[y_proba[i].argmax()] != label
    ]
    expected = [number for _, number in sorted(wrong, reverse=True)[:12]]
    assert [int(number) for number in re.findall(r"test document (\d+)</small>", page)] == expected
    first = texts[expected[0] - 1]
    article = unescape(re.sub("<[^>]+>", "", re.search(r"<article.*?</article>", page, re.DOTALL)[0]))
    assert " ".join(first.split())[:50] in " ".join(article.split())


def test_text_from_the_corpus_is_escaped(tmp_path):
    path = tmp_path / "hostile.csv"
    evil = '<script>alert("1")</script> &amp; '
    with open(path, "w", newline="") as file:
        csv.writer(file).writerow(("review", "sentiment"))
        csv.writer(file).writerows((evil + text, label) for text, label in DOCUMENTS)
    run("train", path, "--model-dir", tmp_path, *SETTINGS, "--minibatch-size", "50")
    run("report", path, "--model-dir", tmp_path, "--output", tmp_path, "--no-curve")
    page = (tmp_path / "report.html").read_text()
    assert "<script" not in page
    assert "&lt;" in page
    assert "Each document is predicted before it is learned from." in page


def test_digests_ignore_case_and_white_space_alone():
    assert digest("So  good\n") == digest("so GOOD")
    assert digest("so good") != digest("so good!")


@given(
    st.lists(st.sampled_from(["a", "b", "c", "A ", "d"])), st.lists(st.sampled_from(["a", "b", " B", "e"]), min_size=1)
)
def test_duplicates_are_what_both_sides_share(train, test):
    digests = np.array([digest(text) for text in test], dtype=np.uint64)
    found = find_duplicates([(text, 0) for text in train], digests, [1] * len(test))
    same = [text.strip().lower() for text in train], [text.strip().lower() for text in test]
    assert found.in_test.tolist() == [text in same[0] for text in same[1]]
    assert found.n_in_train == sum(text in same[1] for text in same[0])
    assert len(found.examples) == min(5, len(set(same[0]) & set(same[1])))
    assert all(labels == (0, 1) for _, *labels in found.examples for labels in [tuple(labels)])


def test_duplicates_are_reported(trained, tmp_path):
    test = tmp_path / "test.csv"
    with open(test, "w", newline="") as file:
        csv.writer(file).writerows(
            [("review", "sentiment"), *DOCUMENTS[:30], ("Quite new, and dull", 0), ("New, good", 1)]
        )
    run("train", SAMPLE, "--test", test, "--model-dir", tmp_path, "--n-features", "2**14")
    run("report", SAMPLE, "--test", test, "--model-dir", tmp_path, "--output", tmp_path, "--no-curve")
    page = (tmp_path / "report.html").read_text()
    assert "30 of 32 test documents are also among the training documents" in page
    assert "Without them the accuracy is 100.00%" in page or "Without them the accuracy is 50.00%" in page


def test_strong_ngrams_are_named_and_counted(three_classes):
    classifier, documents = three_classes
    found = find_strong_ngrams(classifier, lambda: documents, 10)
    texts = [text.split() for text, _ in documents]
    for position, (rows, words) in enumerate(
        zip(found, ({"paint", "music"}, {"court", "judge"}, {"tank", "army"}), strict=True)
    ):
        assert words <= {row.ngram for row in rows}
        assert all(set(row.ngram.split()) & words for row in rows[:5])
        for row in rows:
            (column,) = ngram_columns([row.ngram], 2**12).values()
            assert row.weight == pytest.approx(float(classifier.coef_[position, column]))
            length = len(row.ngram.split())
            n_documents = sum(
                any(" ".join(tokens[i : i + length]) == row.ngram for i in range(len(tokens))) for tokens in texts
            )
            assert row.n_documents >= n_documents  # other n-grams may share the column
            assert row.strength == pytest.approx(row.weight * row.n_documents**0.5)
        assert [row.strength for row in rows] == sorted((row.strength for row in rows), reverse=True)


def test_naming_ends_when_every_column_has_been_seen_often_enough(three_classes):
    classifier, documents = three_classes
    (column,) = ngram_columns(["tank"], 2**12).values()

    def endless():
        while True:
            yield from documents

    assert name_columns(classifier, endless(), {column}) == {column: "tank"}


def test_strong_ngrams_of_two_classes_are_on_both_sides(trained):
    negative, positive = find_strong_ngrams(load_classifier(trained), lambda: iter(DOCUMENTS), 20)
    assert all(row.weight > 0 for row in [*negative, *positive])
    assert not {row.ngram for row in negative} & {row.ngram for row in positive}


def test_a_class_that_is_not_tested_has_no_roc(three_classes, tmp_path):
    classifier, documents = three_classes
    test = read_test_part(classifier, [document for document in documents[200:] if document[1] != "war"])
    report = make_report(classifier, lambda: documents[:200], test, LearningCurve([], [(100, 0.5), (200, 0.75)], 80))
    report.save(tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "Not every class is among the test documents" in page
    assert len(report.clouds) == 3
    assert not report.mistakes
    assert "There is none." in page
    assert not (tmp_path / "roc.png").exists()


def test_labels_the_model_does_not_know_are_refused(three_classes):
    with pytest.raises(ValueError, match="the model has no label 'sea'; it has art, law, war"):
        read_test_part(three_classes[0], [("the sea", "sea")])
    with pytest.raises(ValueError, match="no documents to report on"):
        read_test_part(three_classes[0], [])


def test_mistakes_show_what_speaks_for_the_wrong_label(three_classes):
    classifier, _ = three_classes
    shown = show(classifier, Mistake(0.9, 1, 0.1, "the tank and the judge", "law", "war"))
    assert (shown.name, shown.predicted_name, shown.cut) == ("law", "war", (False, False))
    shades = {piece.text: piece.shade for piece in shown.pieces}
    assert shades["tank"] > 0 > shades["judge"]
    assert "tank" in shown.words_for
    assert "".join(piece.text for piece in shown.pieces) == "the tank and the judge"


@given(st.text(), st.data())
def test_pieces_make_up_the_text_that_they_were_cut_from(text, data):
    ends = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    marks = [(a, b, float(i - 2)) for i, (a, b) in enumerate(zip(ends[::2], ends[1::2], strict=False))]
    start, stop = telling_part(text, marks, size=10)
    assert 0 <= start <= stop <= len(text)
    joined = "".join(piece.text for piece in cut_up(text, marks, start, stop))
    # Line breaks are marks on the page; a piece may end in the midst of several.
    assert re.sub(r"[\s¶]", "", joined) == re.sub(r"[\s¶]", "", text[start:stop])


def test_long_texts_are_cut_where_they_tell_most():
    text = "dull " * 300 + "wonderful " + "dull " * 300
    place = text.index("wonderful")
    start, stop = telling_part(text, [(0, 4, 0.1), (place, place + 9, 5.0), (place + 10, place + 14, -1.0)])
    assert start <= place < stop
    assert 690 < stop - start < 760
    assert text[start - 1] == " "


def test_an_excerpt_cuts_no_tag():
    text = "a" + "<br />" * 3 + "so good" + "<br />" * 300
    start, stop = telling_part(text, [(10, 11, 5.0)], size=30)
    assert text[start:stop] == "<br />so good<br /><br />"


def test_of_overlapping_marks_the_first_counts():
    pieces = cut_up("so good", [(0, 5, 1.0), (3, 7, 1.0)], 0, 7)
    assert [(piece.text, piece.shade) for piece in pieces] == [("so go", 4), ("od", 0)]


def test_line_breaks_are_shown_as_one_mark():
    pieces = cut_up("so<br /><br />good\n\nand", [(14, 18, 1.0)], 0, 23)
    assert "".join(piece.text for piece in pieces) == "so ¶ good ¶ and"


def test_sizes_are_halved_down_to_a_hundred():
    assert sizes(1_000) == [125, 250, 500, 1000]
    assert sizes(60) == [60]


@pytest.mark.parametrize("curve", [LearningCurve([], []), LearningCurve([(9, 0.5), (60, 0.6), (70, 0.7)], [(60, 0.7)])])
def test_learning_curves_of_few_points_can_be_drawn(curve):
    picture = draw_learning_curve(curve)
    assert picture.alt == (
        "Accuracy on test documents is 70.0% after 60 documents."
        if curve.holdout
        else "Accuracy on the next documents, before each training step."
    )
    assert curve.can_be_drawn == bool(curve.holdout)
    assert picture.svg.startswith(b"<?xml")
    assert len(picture.rows) == len(curve.prequential) + len(curve.holdout)


def test_learning_curve_says_what_more_documents_bring():
    curve = LearningCurve([(10, 0.4), (20, 0.6)], [(50, 0.7), (100, 0.8), (200, 0.825)], 99)
    assert (
        "goes from 70.0% after 50 documents to 82.5% after 200; the last step, from 100, brought +2.5 points"
        in draw_learning_curve(curve).alt
    )


def test_confusion_matrix_names_the_most_frequent_mistake():
    picture = draw_confusion([[50, 3, 0], [7, 40, 0], [0, 0, 9]], ["art", "law", "war"])
    assert picture.alt == "99 of 109 documents are on the diagonal. The most frequent mistake is law taken for art (7)."
    assert picture.rows[1] == ("law", "7", "40", "0")
    assert "no mistake" in draw_confusion([[5, 0], [0, 5]], ["bad", "good"]).alt


def test_calibration_table_holds_probability_share_and_number():
    y = np.array([1, 0, 1, 1] * 5)
    y_proba = np.array([[0.25, 0.75]] * 20)
    picture = draw_calibration(y, y_proba, ["bad", "good"])
    assert picture.rows == [("0.750", "0.750", "20")]
    assert picture.alt.startswith("Probabilities are off by 0.0 points on average")


def test_lengths_are_put_into_groups_of_about_the_same_size():
    n_words = np.arange(1, 1201, dtype=np.int32)
    picture = draw_lengths(n_words, n_words > 600, np.full(1200, 0.9))
    assert len(picture.rows) == 10
    assert [row[1] for row in picture.rows] == ["120"] * 10
    assert picture.rows[0] == ("1 to 120", "120", "0.0000", "0.9000")
    assert "0.0% for the shortest texts" in picture.alt
    assert "100.0% for the longest" in picture.alt
    assert len(draw_lengths(np.full(5, 7, np.int32), np.ones(5, bool), np.ones(5)).rows) == 1


@pytest.mark.parametrize("n_classes", [2, 4, 5])
def test_bars_can_be_drawn_for_any_number_of_classes(n_classes):
    rows = [[StrongNgram(f"word {i}", 2.0, 4, 4.0)] for i in range(n_classes)]
    picture = draw_ngrams(rows, [f"class {i}" for i in range(n_classes)])
    assert len(picture.rows) == n_classes
    assert picture.rows[0] == ("class 0", "word 0", "2.00", "4")


def test_dollars_are_dollars_and_no_formulas():
    names = ["$$", "$^$", "a_$x^$"]
    rows = [[StrongNgram("$5-$10", 2.0, 4, 4.0), StrongNgram("\\frac $", 2.0, 4, 4.0)] for _ in names]
    for picture in (draw_ngrams(rows, names), draw_confusion([[5, 1, 0], [0, 5, 0], [0, 0, 5]], names)):
        assert len(ElementTree.fromstring(picture.svg)) > 0


def test_pictures_of_any_characters_are_well_formed():
    names = [drawable(name) for name in ("正面 👍", "so\x01\ud800\tso\u200d")]
    assert names[1] == "so\ufffd\ufffd so"
    rows = [[StrongNgram(drawable(ngram), 2.0, 4, 4.0)] for ngram in ("🤣 好", "\x08 \x1b")]
    pictures = [draw_ngrams(rows, names), draw_confusion([[5, 1], [0, 5]], names)]
    pictures += [draw_cloud(found, name, i, 2) for i, (found, name) in enumerate(zip(rows, names, strict=True))]
    for picture in pictures:
        assert len(ElementTree.fromstring(picture.svg)) > 0


def test_control_characters_reach_no_picture(three_classes, tmp_path):
    classifier, documents = three_classes
    strange = classifier.copy()
    strange.label_names = ("a\x01", "b\x0b", "正面")
    make_report(strange, lambda: documents, read_test_part(strange, documents), LearningCurve([], [])).save(tmp_path)
    for path in tmp_path.glob("*.svg"):
        assert ElementTree.parse(path).getroot().tag.endswith("svg")
    assert not (tmp_path / "learning_curve.svg").exists()


def test_duplicates_with_other_labels_are_told_by_name(trained, tmp_path):
    test = tmp_path / "test.csv"
    with open(test, "w", newline="") as file:
        csv.writer(file).writerows([("review", "sentiment"), (TEXTS[0], 1 - DOCUMENTS[0][1]), *DOCUMENTS[1:9]])
    run("train", SAMPLE, "--test", test, "--model-dir", tmp_path, "--n-features", "2**14")
    run("report", SAMPLE, "--test", test, "--model-dir", tmp_path, "--output", tmp_path, "--no-curve")
    names = ("negative", "positive")
    said = f"{names[DOCUMENTS[0][1]]} in training, {names[1 - DOCUMENTS[0][1]]} in test"
    page = (tmp_path / "report.html").read_text()
    assert f"<strong>{said}</strong>" in page
    assert "There are too few documents for a curve unless the run is repeated." in page


def test_a_place_that_cannot_be_written_is_told_before_the_work(trained, tmp_path):
    (tmp_path / "report.html").mkdir()
    result = CliRunner().invoke(
        main, ["report", SAMPLE, "--model-dir", str(trained), "--output", str(tmp_path), "--progress"]
    )
    assert result.exit_code == 2
    assert "Repeating" not in result.stderr


@pytest.fixture
def classifier(trained) -> Classifier:
    return load_classifier(trained)


def test_another_corpus_is_refused(classifier, tmp_path):
    path = tmp_path / "other.csv"
    path.write_text(Path(SAMPLE).read_text() + "More,1\n")
    with pytest.raises(ValueError, match=r"other\.csv is not what the model was trained on: its SHA-256 is \w{12}…"):
        open_run(classifier, open_corpus(path))


def test_another_order_of_the_corpus_is_refused(classifier):
    shuffled = shuffle_corpus(open_corpus(SAMPLE), seed=3)
    message = r"…, read with --shuffle --shuffle-seed 3; the model's corpus sample_reviews.csv has \w{12}…, in its own"
    with pytest.raises(ValueError, match=message):
        open_run(classifier, shuffled)


def two_texts(path):
    """Write a corpus with two columns of text, and as many labels."""
    with open(path, "w", newline="") as file:
        rows = [(text, TEXTS[i // 2], label) for i, (text, label) in enumerate(DOCUMENTS)]
        csv.writer(file).writerows([("text", "other", "label"), *rows])
    return path


@pytest.mark.parametrize(
    ("now", "named"),
    [
        (["--text-column", "other"], "now read with --text-column other; these are other documents"),
        ([], "was read with --text-column text for the training, and is now read with the default options"),
        (["--text-column", "text", "--labels", "0=1,1=0"], "now read with --text-column text --labels 0=1,1=0"),
    ],
)
def test_a_corpus_that_is_read_in_another_way_is_refused(tmp_path, now, named):
    path = two_texts(tmp_path / "two.csv")
    run("train", path, "--text-column", "text", "--model-dir", tmp_path, *SETTINGS)
    result = CliRunner().invoke(main, ["report", str(path), "--model-dir", str(tmp_path), *now])
    assert result.exit_code == 2
    assert named in result.stderr


def test_the_options_of_the_training_are_right_for_its_report(tmp_path):
    path = two_texts(tmp_path / "two.csv")
    chosen = ["--text-column", "text", "--labels", "0=bad,1=good", "--model-dir", tmp_path]
    run("train", path, "--format", "csv", *chosen, *SETTINGS)
    assert load_classifier(tmp_path).metadata["reading"]["labels"] == {"0": "bad", "1": "good"}
    run("report", path, *chosen, "--skip-bad-rows", "3", "--output", tmp_path)
    accuracy = load_classifier(tmp_path).metadata["metrics"]["accuracy"]
    assert f"<strong>{100 * accuracy:.2f}%</strong>" in (tmp_path / "report.html").read_text()


def test_an_ordinary_record_tells_nothing_of_reading_and_keeping(trained):
    assert not {"reading", "n_keep"} & load_classifier(trained).metadata.keys()


def test_the_curve_of_a_run_that_keeps_few_columns_is_of_such_models(tmp_path):
    run("train", SAMPLE, "--model-dir", tmp_path, *SETTINGS, "--keep", "40")
    classifier = load_classifier(tmp_path)
    found = open_run(classifier, open_corpus(SAMPLE)).report()
    assert found.curve.reproduced
    assert found.curve.holdout[-1][1] == classifier.metadata["metrics"]["accuracy"]


def test_a_run_that_went_on_from_another_model_is_not_repeated(trained, tmp_path):
    classifier = load_classifier(trained)
    classifier.metadata["earlier"] = [["0" * 64, 100]]
    save_record(tmp_path / "classifier.npz", classifier)
    run("report", SAMPLE, "--model-dir", tmp_path, "--output", tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "The model went on from another one, so the run is not repeated." in page


def test_a_model_without_provenance_is_refused(classifier):
    classifier.metadata = {}
    with pytest.raises(ValueError, match="does not say what it was trained on"):
        open_run(classifier, open_corpus(SAMPLE))


def test_the_test_corpus_of_the_run_is_asked_for(classifier):
    classifier.metadata["evaluated_on"] = "test.csv"
    with pytest.raises(ValueError, match=r"evaluated on test\.csv; pass it with --test"):
        open_run(classifier, open_corpus(SAMPLE))


def test_a_corrected_model_is_not_called_repeated(classifier, tmp_path):
    assert classifier.learn("a wonderful film", 0).changed
    save_record(tmp_path / "classifier.npz", classifier)
    run("report", SAMPLE, "--model-dir", tmp_path, "--output", tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "bit for bit" not in page
    assert "On all of them it gave other weights than this model's" in page


def test_missing_packages_are_named_with_the_command_that_installs_them(trained, monkeypatch):
    monkeypatch.setattr("movieclassifier.system.errors.find_spec", lambda name: None)
    result = CliRunner().invoke(main, ["report", SAMPLE, "--model-dir", str(trained)])
    assert result.exit_code == 2
    assert "matplotlib and wordcloud must be installed: pip install 'movieclassifier[report]'" in result.output
