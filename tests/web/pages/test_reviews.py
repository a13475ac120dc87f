import re
from html import unescape

import pytest
from click.testing import CliRunner

from movieclassifier import train as train_on
from movieclassifier.models.persistence import BUNDLED, load_classifier
from movieclassifier.web.display.wording import out_of_100
from tests.support.outlines import Outline
from tests.support.visitors import PAN, REVIEW, Visitor, words_of
from train_online import main as train

TOPICS = {
    "business": ["market", "bank", "profit", "shares", "company", "of", "the", "year"],
    "sport": ["match", "goal", "striker", "team", "player", "of", "the", "year"],
    "NASA": ["rocket", "orbit", "software", "phone", "network", "users", "computer", "of", "the", "year"],
}


@pytest.fixture(scope="module")
def topic_model(tmp_path_factory):
    """A model of three topics."""
    folder = tmp_path_factory.mktemp("topics")
    rows = [
        f"The {' '.join(words[n % 5 :])} once more {n},{topic}" for n in range(60) for topic, words in TOPICS.items()
    ]
    (folder / "topics.csv").write_text("\n".join(["review,topic", *rows]))
    arguments = [str(folder / "topics.csv"), "--model", str(folder), "--label-column", "topic", "--no-progress"]
    result = CliRunner().invoke(train, arguments)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def app(make_app):
    return make_app()


@pytest.fixture
def visitor(app):
    return Visitor(app)


# Ask


@pytest.mark.parametrize(
    ("review", "message"),
    [
        ("", "at least 15 characters; this one has 0"),
        ("Fourteen chars", "at least 15 characters; this one has 14"),
        ("  \r\n padded text    \r\n\r\n", "this one has 11"),
        ("x" * 20_001, "at most 20,000 characters; this one has 20,001"),
    ],
)
def test_review_of_a_wrong_length_is_asked_for_again_with_the_reason(visitor, review, message):
    response = visitor.send("/", review=review)
    assert response.status_code == 422
    assert message in response.text
    assert "<title>Error: " in response.text
    assert 'aria-invalid="true"' in response.text
    assert 'aria-describedby="review-error review-hint"' in response.text
    assert 'href="#review"' in response.text
    assert visitor.read("/history").count("<li class=") == 0


@pytest.mark.parametrize("review", ["Fifteen charact", "x" * 20_000, "line\r\n" * 9])
def test_review_of_a_right_length_is_answered(visitor, review):
    assert visitor.send("/", review=review).status_code == 303


def test_review_that_is_far_too_long_is_not_even_read(visitor):
    response = visitor.send("/", review="x" * 400_000)
    assert response.status_code == 413
    assert "<h1>Too long</h1>" in response.text


def test_line_breaks_come_back_as_they_were_typed(visitor):
    page = visitor.read("/results/" + visitor.classify("zzz zzz zzz\r\n\r\nyyy yyy yyy"))
    review = re.search('<p class="review">(.*?)</p>', page, re.S).group(1)
    assert re.sub("<span.*?</span>|<[^>]+>", "", review) == "zzz zzz zzz\n\nyyy yyy yyy"


# Read


def test_answer_is_given_in_words_and_as_a_bar(visitor, small_model):
    page = visitor.read("/results/" + visitor.classify())
    probability = load_classifier(small_model).predict_proba([REVIEW])[0, 1]
    assert re.search(r'<h1 [^>]*><span class="word l1">\w+( \w+)? positive</span>', page)
    assert out_of_100(probability) in page
    assert f'<rect class="fill l1" x="50" width="{round(100 * probability - 50, 1)}"' in page


def test_marked_words_are_those_of_the_exact_explanation(visitor, small_model):
    page = visitor.read("/results/" + visitor.classify())
    classifier = load_classifier(small_model)
    strongest = classifier.explain(REVIEW).contributions[0]
    assert "(for)" in page
    row = re.search(rf'<th scope="row">{re.escape(strongest.ngram)}</th>.*?<span>([^<]*)</span>', page).group(1)
    assert row == f"+{strongest.value / classifier.temperature_:.2f}"


def test_words_against_a_negative_answer_are_those_for_positive(visitor, small_model):
    text = PAN + " wonderful"
    classifier = load_classifier(small_model)
    explanation = classifier.explain(text)
    strongest = max(explanation.contributions, key=lambda part: part.value)
    assert strongest.value > 0
    page = visitor.read("/results/" + visitor.classify(text))
    assert "negative</span>" in page
    assert f"−{strongest.value / classifier.temperature_:.2f}" in page
    assert "(against)" in page


def test_figures_sum_to_the_decision_value(visitor):
    page = visitor.read("/results/" + visitor.classify())
    figures = [float(value.replace("−", "-")) for value in re.findall(r"<span>([+−]\d+\.\d+)</span>", page)]
    assert sum(figures[:-1]) == pytest.approx(figures[-1], abs=0.005 * len(figures))


def test_results_and_thanks_without_an_id_lead_to_the_last_review(visitor):
    assert visitor.get("/results").location == "/"
    id = visitor.classify()
    assert visitor.get("/results").location == visitor.get("/thanks").location == f"/results/{id}"


# Correct, and take back


def test_incorrect_shows_the_answer_before_and_after_and_undo_takes_it_back(visitor):
    id = visitor.classify()
    response = visitor.vote(id, "negative")
    assert (response.status_code, response.location) == (303, f"/thanks/{id}")
    page = words_of(visitor.read(f"/thanks/{id}"))
    assert re.search(r"The model changed its mind: it said .* positive, .* now it says .* negative,", page)
    assert "The thin mark shows where it stood before." in page
    assert "The words that moved" in page
    response = visitor.send(f"/results/{id}/undo")
    assert (response.status_code, response.location) == (303, f"/results/{id}")
    page = visitor.read(f"/results/{id}")
    assert '<p class="note" role="status">Your vote was taken back.</p>' in page
    assert "Is that right?" in page
    assert visitor.get(f"/thanks/{id}").location == f"/results/{id}"


def test_an_answer_that_has_not_changed_is_not_said_twice(visitor):
    id = visitor.classify()
    visitor.vote(id, "negative")
    visitor.send(f"/results/{id}/undo")
    assert "Today the answer would be" not in visitor.read(f"/results/{id}")
    visitor.vote(visitor.classify(), "negative")
    assert "Today the answer would be: " in visitor.read(f"/results/{id}")


def test_incorrect_flips_the_answer_for_everybody_at_once(app):
    first = Visitor(app)
    id = first.classify()
    assert "positive</span>" in first.read(f"/results/{id}")
    first.vote(id, "negative")
    stranger = Visitor(app)
    assert "negative</span>" in stranger.read("/results/" + stranger.classify())


def test_correct_says_what_it_changed(visitor):
    id = visitor.classify()
    visitor.vote(id, "positive")
    page = words_of(visitor.read(f"/thanks/{id}"))
    assert "You said: Correct." in page
    assert "sure enough that this is positive" in page or "The model moved from" in page


def test_unknown_words_teach_nothing_and_the_page_says_so(visitor):
    id = visitor.classify("Qqqq wwww zzzz xxxx jjjj")
    page = visitor.read(f"/results/{id}")
    assert "No word of it is known" in page
    visitor.vote(id, "negative" if "only guess “positive”" in page else "positive")
    assert "knows none of these words" in visitor.read(f"/thanks/{id}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "👍👍👍 👍👍👍 👍👍👍 👍👍👍 👍👍👍",
            "There is no word in it. A model trained with --tokenizer tweet reads emoji.",
        ),
        (
            "这部电影太差了，我不会再看第二遍。",
            "A model trained with --tokenizer characters needs no blanks between words.",
        ),
    ],
)
def test_a_text_without_a_known_word_is_answered_so_with_what_would_help(visitor, text, said):
    for page in (visitor.read("/results/" + visitor.classify(text)), visitor.send("/draft", review=text).text):
        assert "No word of it is known" in page
        assert said in words_of(page)
        assert '<svg class="balance"' not in page


def test_repeated_vote_counts_once_and_shows_the_same(visitor):
    id = visitor.classify()
    first = visitor.vote(id, "negative")
    page = visitor.read(f"/thanks/{id}")
    again = visitor.vote(id, "negative")
    assert (first.status_code, first.location) == (again.status_code, again.location)
    assert words_of(visitor.read(f"/thanks/{id}")) == words_of(page)
    assert "1 vote on" in visitor.read("/model")


def test_a_second_vote_without_change_is_a_conflict(visitor):
    id = visitor.classify()
    visitor.vote(id, "negative")
    response = visitor.vote(id, "positive")
    assert response.status_code == 409
    assert "<h1>" in response.text


def test_change_takes_the_other_vote_in_its_place(visitor):
    id = visitor.classify()
    visitor.vote(id, "negative")
    assert visitor.send(f"/results/{id}/change", label="positive").location == f"/thanks/{id}"
    assert "You said: Correct" in words_of(visitor.read(f"/results/{id}"))


@pytest.mark.parametrize("label", ["", "neutral", "1", "positive\0"])
def test_label_that_the_model_has_not_is_refused(visitor, label):
    assert visitor.vote(visitor.classify(), label).status_code == 400


@pytest.mark.parametrize("action", ["vote", "change", "undo"])
def test_nobody_votes_without_the_token_of_the_form(visitor, action):
    id = visitor.classify()
    response = visitor.client.post(f"/results/{id}/{action}", data={"label": "negative"})
    assert response.status_code == 400
    assert "<h1>" in response.text
    assert "There are no votes yet" in visitor.read("/model")


@pytest.mark.parametrize("path", ["/results/{}", "/thanks/{}", "/results/nothing", "/results/..%2Fx", "/nothing"])
def test_forged_and_foreign_ids_are_not_found(app, visitor, path):
    id = Visitor(app).classify()
    assert "<h1>" in visitor.read(path.format(id), status=404)


@pytest.mark.parametrize("action", ["vote", "change", "undo"])
def test_foreign_votes_are_not_found(app, visitor, action):
    id = Visitor(app).classify()
    assert visitor.send(f"/results/{id}/{action}", label="negative").status_code == 404


def test_nothing_that_comes_back_from_the_browser_is_trusted(visitor):
    id = visitor.classify()
    visitor.send(f"/results/{id}/vote", label="negative", review="something else", prediction="negative")
    assert REVIEW in words_of(visitor.read(f"/thanks/{id}"))


def test_review_mode_says_that_the_vote_waits(make_app):
    visitor = Visitor(make_app(MODE="review"))
    id = visitor.classify()
    visitor.vote(id, "negative")
    page = visitor.read(f"/thanks/{id}")
    assert "It waits for approval" in page
    assert "before" not in page.split("<main")[1]
    assert "positive</span>" in visitor.read("/results/" + visitor.classify())


@pytest.mark.parametrize("label", ["negative", "positive"])
def test_a_vote_that_was_approved_is_not_said_to_have_changed_nothing(make_app, label):
    app = make_app(MODE="review")
    visitor = Visitor(app)
    id = visitor.classify()
    visitor.vote(id, label)
    app.extensions["movieclassifier owner"].approve([2], "owner")
    page = visitor.read(f"/thanks/{id}")
    assert "It had to wait, and the model has learned from it since." in page
    assert "before" not in page.split("<main")[1]


def test_a_vote_that_was_held_and_folded_is_not_said_to_have_changed_nothing(make_app):
    app = make_app(CAP=1e-9)
    visitor = Visitor(app)
    for n, label in enumerate(["negative", "positive"] * 3):  # the first five act whatever their size
        visitor.vote(visitor.classify(f"{REVIEW} Number {n}."), label)
    id = visitor.classify(PAN)
    visitor.vote(id, "positive")
    page = words_of(visitor.read(f"/thanks/{id}"))
    assert "This vote alone would move the model farther than one vote may. It is kept until the next update." in page
    assert "movieclassifier update" in page
    app.extensions["movieclassifier owner"].update("owner", tolerance=1)
    assert "It had to wait, and the model has learned from it since." in visitor.read(f"/thanks/{id}")


# Not kept


def test_review_that_is_not_kept_is_answered_and_forgotten(visitor, tmp_path):
    response = visitor.send("/", review=REVIEW, forget="y")
    assert response.status_code == 200
    assert "positive</span>" in response.text
    assert "(for)" in response.text
    assert "Your text was not kept" in response.text
    assert 'name="label"' not in response.text
    assert "You have no texts yet" in visitor.read("/history")
    assert b"wonderful" not in b"".join(path.read_bytes() for path in tmp_path.glob("feedback.db*"))


# Every page


@pytest.fixture
def pages(visitor):
    id = visitor.classify()
    visitor.vote(id, "negative")
    visitor.vote(visitor.classify(PAN), "negative")
    other = visitor.classify(f"{REVIEW} {PAN}")
    paths = ["/", f"/results/{id}", f"/results/{other}", f"/thanks/{id}", "/history", "/about", "/model", "/api"]
    return {path: visitor.read(path) for path in paths} | {
        "404": visitor.read("/nothing", status=404),
        "422": visitor.send("/", review="short").text,
    }


def test_headings_labels_and_ids_are_in_order_and_nothing_is_inline(pages):
    for path, page in pages.items():
        outline = Outline(page)
        assert outline.headings.count(1) == 1, path
        skips = [later - earlier for earlier, later in zip([1, *outline.headings], outline.headings, strict=False)]
        assert max(skips) <= 1, path
        assert len(set(outline.ids)) == len(outline.ids), path
        assert set(outline.fields) <= set(outline.labels), path
        assert outline.styles == 0, path


def test_pages_load_nothing_from_elsewhere_and_weigh_little(visitor, pages):
    long_one = (REVIEW + " " + PAN + "\n") * 118
    for text in (long_one[:20_000], "What a wonderful film! " * 869):
        pages = pages | {f"a review of {text[:20]}": visitor.read("/results/" + visitor.classify(text))}
    for path, page in pages.items():
        loads = set(Outline(page).loads)
        assert all(load.startswith("/static/") for load in loads), path
        assert len(page.encode()) < 60_000, path
        assert len(page.encode()) + sum(map(visitor.weight, loads)) < 150_000, path


def test_a_script_in_a_review_is_shown_and_not_run(visitor):
    text = '<script>alert("x")</script><img src=x onerror=alert(1)> & "quoted" \'text\' wonderful'
    id = visitor.classify(text)
    visitor.vote(id, "negative")
    for path in (f"/results/{id}", f"/thanks/{id}", "/history"):
        page = visitor.read(path)
        assert Outline(page).styles == 0
        assert "&lt;script&gt;" in page
        assert "<img src=x" not in page


def test_up_to_six_labels_have_a_button_each(make_app, topic_model):
    visitor = Visitor(make_app(MODEL=str(topic_model)))
    id = visitor.classify("The match ended with a goal by the striker of the team.")
    page = visitor.read(f"/results/{id}")
    assert "sport</span>" in page
    assert "Yes, it is sport" in page
    assert "It is business" in page
    assert "Incorrect" not in page
    words = words_of(page)
    alone = float(
        re.search(r"The sum alone means a chance of (\d\.\d{3}) for sport against all other labels", words)[1]
    )
    assert alone > int(re.search(r"which leaves (?:more than )?(\d+) in 100 for sport", words)[1]) / 100
    other = visitor.classify("The rocket in orbit runs software of the network users.")
    assert re.search(r"<title>[A-Z][a-z ]+ NASA, [a-z0-9 ]+ in 100", visitor.read(f"/results/{other}"))
    assert re.search(r"[A-Z][a-z ]+ NASA, [a-z0-9 ]+ in 100", visitor.read("/history"))
    visitor.vote(id, "business")
    page = visitor.read(f"/thanks/{id}")
    assert "You said: Incorrect, it is business." in words_of(page)
    assert "business" in visitor.read("/history")
    assert "Change to sport" in visitor.read(f"/results/{id}")
    assert "wonderful" not in visitor.read("/model")  # the words of film reviews are not its own
    assert "player" in visitor.read("/model")
    offered = re.findall(r'data-text="([^"]+)">(\w+)</a>', visitor.read("/"))
    assert [name for _, name in offered] == ["NASA", "business", "sport"]
    assert "player" in offered[2][0]


def test_more_labels_than_six_are_a_list(make_app, tmp_path):
    names = [f"topic{n}" for n in range(8)]
    rows = [f"only {name} words {n} {name} {name}.,{name}" for n in range(20) for name in names]
    (tmp_path / "many.csv").write_text("\n".join(["review,topic", *rows]))
    arguments = [
        str(tmp_path / "many.csv"),
        "--model",
        str(tmp_path / "many"),
        "--label-column",
        "topic",
        "--no-progress",
    ]
    assert CliRunner().invoke(train, arguments).exit_code == 0
    visitor = Visitor(make_app(MODEL=str(tmp_path / "many")))
    page = visitor.read("/results/" + visitor.classify("only topic3 words topic3 topic3."))
    assert "<option selected>topic3</option>" in page
    assert page.count("<option") == 8


# While somebody types


def test_a_draft_is_answered_and_leaves_no_trace(make_app, tmp_path):
    visitor = Visitor(make_app())
    response = visitor.send("/draft", review=REVIEW)
    assert response.status_code == 200
    assert "positive</span>" in response.text
    assert "<html" not in response.text
    assert "You have no texts yet" in visitor.read("/history")
    assert b"wonderful" not in b"".join(path.read_bytes() for path in tmp_path.glob("feedback.db*"))


@pytest.mark.parametrize("text", ["", "short"])
def test_a_draft_of_a_few_letters_is_not_answered(visitor, text):
    assert visitor.send("/draft", review=text).status_code == 204


def test_a_draft_needs_the_token_of_the_form(visitor):
    assert visitor.client.post("/draft", data={"review": REVIEW}).status_code == 400


@pytest.mark.usefixtures("start_of_day")
def test_drafts_have_a_limit(make_app, monkeypatch):
    from movieclassifier.feedback.log.limits import Rate
    from movieclassifier.web import throttling

    app = make_app()
    app.extensions["movieclassifier throttle"] = throttling.Throttle({"drafts": Rate(2, 60)})
    visitor = Visitor(app)
    assert [visitor.send("/draft", review=REVIEW).status_code for _ in range(3)] == [200, 200, 429]


def test_a_link_brings_its_text(visitor):
    page = visitor.read("/?text=A+fine+%3Cb%3Efilm%3C/b%3E")
    assert "A fine &lt;b&gt;film&lt;/b&gt;</textarea>" in page


def test_examples_are_links_that_work_without_a_script(visitor):
    from urllib.parse import parse_qs, urlsplit

    links = re.findall(r'<a href="([^"]+)" data-text="([^"]+)">', visitor.read("/"))
    assert len(links) == 4
    for address, text in links:
        assert parse_qs(urlsplit(unescape(address)).query)["text"] == [unescape(text)]


def test_the_first_page_promises_what_was_measured(make_app):
    visitor = Visitor(make_app(MODEL=f"movieclassifier/{BUNDLED}"))
    accuracy = load_classifier(f"movieclassifier/{BUNDLED}").metadata["metrics"]["accuracy"]
    assert f"It was right on {100 * accuracy:.0f} of 100 texts that it had not seen." in words_of(visitor.read("/"))


def test_a_model_of_the_sample_says_so_on_the_first_page(visitor):
    assert "a few hundred sample reviews only, to try things out" in words_of(visitor.read("/"))


@pytest.mark.parametrize("n_holdout", [0, 20])
def test_a_vote_that_is_kept_names_the_update_that_takes_it_in(make_app, tmp_path, n_holdout):
    pairs = [(f"{word} {n}", word) for n in range(50) for word in ("fine", "dull")]
    train_on(pairs, n_holdout=n_holdout).save(tmp_path / "model")
    app = make_app(MODEL=str(tmp_path / "model"), CAP=1e-9, MIN_LENGTH=1)
    visitor = Visitor(app)
    for n in range(6):  # the first five act whatever their size
        id = visitor.classify(f"fine {n}")
        visitor.vote(id, "dull")
    page = words_of(visitor.read(f"/thanks/{id}"))
    command = "movieclassifier update" if n_holdout else "movieclassifier update --without-guard"
    assert f"with the command “{command}”" in page
    app.extensions["movieclassifier owner"].update("ada", tolerance=1, without_guard=not n_holdout)
