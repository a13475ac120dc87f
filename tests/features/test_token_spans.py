import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.features.folding import TAG, fold, replace_tags
from movieclassifier.features.token_spans import _aligned_spans, token_spans
from movieclassifier.features.tokenizers import TOKENIZERS
from tests.support.patience import cpu_below

LIKELY = st.text(st.sampled_from(list("abÉİΣe\u0301’&#39; \u00ad the<>br/ :;=-)(DP.'’!0_\n")), max_size=60)


@pytest.mark.parametrize("name", ["book", "default", "porter", "tweet", "characters"])
@given(text=LIKELY | st.text())
def test_spans_have_the_tokens_of_the_tokenizer_inside_the_text(name, text):
    found = token_spans(text, name)
    assert [token for token, _ in found] == TOKENIZERS[name](text)
    for _, span in found:
        assert span is None or 0 <= span[0] < span[1] <= len(text)


@given(LIKELY)
def test_default_spans_cut_out_exactly_the_tokens(text):
    for token, (start, end) in token_spans(text, "default"):
        assert fold(text[start:end]).lower().strip() == token


@given(LIKELY | st.text())
def test_tags_are_replaced_as_the_pattern_says(text):
    assert replace_tags(text, " ") == TAG.sub(" ", text)


@pytest.mark.parametrize("name", ["book", "default"])
def test_a_text_of_opening_brackets_takes_no_time_to_speak_of(name):
    with cpu_below(5):
        assert token_spans("<" * 300_000, name) == []  # minutes, where each of them is followed to the end


def test_book_spans_reach_over_the_tag_that_glues_two_words():
    text = "A great<br />movie :-)"
    assert [(token, text[slice(*span)]) for token, span in token_spans(text, "book")] == [
        ("greatmovie", "great<br />movie"),
        (":)", ":-)"),
    ]


def test_first_emoticon_glued_to_the_last_word_points_at_the_word():
    text = ":) it was good"
    assert [(token, text[slice(*span)]) for token, span in token_spans(text, "book")] == [("good:)", "good")]


def test_stems_are_found_by_their_beginning_and_lost_tokens_have_no_span():
    assert _aligned_spans("Running happily", ["run", "happi", "zzz"]) == [(0, 3), (8, 13), None]


@pytest.mark.parametrize("name", ["default", "porter"])
def test_spans_point_into_the_original_where_folding_changes_its_length(name):
    text = "<i>Caf\u0065\u0301</i> isn&#39;t “fine”, re\u00adcommend"
    found = [text[slice(*span)] for _, span in token_spans(text, name)]
    assert found == ["Caf\u0065\u0301", "isn&#39;t", "“", "fine", "”", ",", "re\u00adcommend"]


def test_characters_of_a_reference_point_at_the_reference():
    text = "so&quot;so"
    assert [text[slice(*span)] for token, span in token_spans(text, "characters") if token == '"'] == ["&quot;"]
