import numpy as np
import pytest

from movieclassifier.models.writing import record_bytes
from movieclassifier.training.checkpoints import keep_state
from movieclassifier.training.fit import fit
from movieclassifier.training.resuming import resume
from movieclassifier.training.steps import Fit
from tests.support.fits import SAMPLE, plan_for


@pytest.mark.parametrize("settings", [{}, {"passes": 3}, {"recipe": "book"}, {"n_keep": 500}])
def test_sample_is_learned(settings):
    train, test = SAMPLE[:320], SAMPLE[320:]
    classifier = fit(train, plan_for(train, **settings))
    assert classifier.score([text for text, _ in train], [label for _, label in train]) > 0.9
    assert classifier.score([text for text, _ in test], [label for _, label in test]) > 0.65


@pytest.mark.parametrize("labels", [("bad", "good"), ("a", "b", "c"), (-1, 4), tuple(range(10))])
def test_any_labels_come_back(labels):
    documents = [(f"{text} number{i % len(labels)}", labels[i % len(labels)]) for i, (text, _) in enumerate(SAMPLE)]
    classifier = fit(documents, plan_for(documents))
    assert classifier.classes_.tolist() == list(labels)
    assert set(classifier.predict([text for text, _ in documents]).tolist()) <= set(labels)
    assert classifier.predict_proba(["a text"]).shape == (1, len(labels))


@pytest.mark.parametrize("n_threads", [2, 4])
@pytest.mark.parametrize("passes", [1, 2])
def test_threads_do_not_change_a_bit(n_threads, passes):
    plan = plan_for(SAMPLE, passes=passes)
    assert record_bytes(fit(SAMPLE, plan, n_threads=n_threads)) == record_bytes(fit(SAMPLE, plan))


def test_seed_changes_bits():
    one, two = (record_bytes(fit(SAMPLE, plan_for(SAMPLE, seed=seed))) for seed in (1, 2))
    assert one != two


def test_finished_fit_leaves_a_checkpoint_and_no_cache(tmp_path):
    fit(SAMPLE, plan_for(SAMPLE, passes=2), model_dir=tmp_path, checkpoint_every=3)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.npz"]


def test_fit_without_checkpoints_leaves_nothing(tmp_path):
    steps = Fit(plan_for(SAMPLE, passes=2), tmp_path).run(SAMPLE)
    next(steps)
    steps.close()
    fit(SAMPLE, plan_for(SAMPLE, passes=2), model_dir=tmp_path)
    assert not list(tmp_path.iterdir())


def test_lost_cache_is_said(tmp_path):
    plan = plan_for(SAMPLE, passes=2)
    steps = Fit(plan, tmp_path).run(SAMPLE, checkpoint_every=1)
    for _ in range(3):
        next(steps)
    steps.close()
    (tmp_path / "minibatches.cache").write_bytes(b"short")
    with pytest.raises(ValueError, match=r"minibatches.cache is shorter than its checkpoint says; start again"):
        fit(SAMPLE, plan, model_dir=tmp_path, resume=True, checkpoint_every=1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sha256": "other"}, 'the SHA-256 of the corpus was "", is "other"'),
        ({"seed": 7}, "seed was 1, is 7"),
        ({"reading": "label_column 3"}, 'reading was "", is "label_column 3"'),
        ({"min_df": 3}, "min_df was none, is 3"),
        ({"minibatch_size": 25}, "minibatch_size was 50, is 25"),
    ],
)
def test_checkpoint_of_a_different_run_is_refused(settings, message, tmp_path):
    fit(SAMPLE, plan_for(SAMPLE), model_dir=tmp_path, checkpoint_every=1)
    with pytest.raises(ValueError, match=rf"checkpoint.npz belongs to a different run: .*{message}"):
        fit(SAMPLE, plan_for(SAMPLE, **settings), model_dir=tmp_path, resume=True)


def test_nothing_to_resume_is_said(tmp_path):
    with pytest.raises(ValueError, match="there is no checkpoint to go on from"):
        fit(SAMPLE, plan_for(SAMPLE), model_dir=tmp_path, resume=True)
    with pytest.raises(ValueError, match="pass model_dir"):
        fit(SAMPLE, plan_for(SAMPLE), resume=True)
    (tmp_path / "checkpoint.npz").write_bytes(b"rubbish")
    with pytest.raises(ValueError, match=r"checkpoint.npz is not a checkpoint, or is damaged"):
        fit(SAMPLE, plan_for(SAMPLE), model_dir=tmp_path, resume=True)


def test_continued_model_knows_both_corpora(tmp_path):
    first = [(text + (" alpha" if label else " beta"), label) for text, label in SAMPLE[:200]]
    second = [(text + (" gamma" if label else " delta"), label) for text, label in SAMPLE[200:]]
    fit(first, plan_for(first), model_dir=tmp_path, checkpoint_every=5)
    both = fit(second, plan_for(second, sha256="second"), model_dir=tmp_path, continue_=True)
    assert both.predict(["alpha", "beta", "gamma", "delta"]).tolist() == [1, 0, 1, 0]


def test_continuing_with_a_different_recipe_or_different_classes_is_refused(tmp_path):
    fit(SAMPLE, plan_for(SAMPLE), model_dir=tmp_path, checkpoint_every=5)
    with pytest.raises(ValueError, match="min_df was none, is 3"):
        fit(SAMPLE, plan_for(SAMPLE, min_df=3), model_dir=tmp_path, continue_=True)
    other = [(text, "good" if label else "bad") for text, label in SAMPLE]
    with pytest.raises(ValueError, match=r'the list of labels was \[0, 1\], is \["bad", "good"\]'):
        fit(other, plan_for(other), model_dir=tmp_path, continue_=True)


def test_sorted_stream_is_refused_unless_allowed():
    by_label = sorted(SAMPLE, key=lambda document: document[1])
    with pytest.raises(ValueError, match=r"documents 1 to 50: 50 of 50 are labelled '0'.*movieclassifier shuffle"):
        fit(by_label, plan_for(by_label))
    fit(by_label, plan_for(by_label, allow_sorted=True))


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="at least two classes; all are labelled 1"):
        plan_for([("good", 1)] * 5)


@pytest.mark.parametrize("name", ["n_train", "minibatch_size"])
def test_sizes_below_one_are_refused(name):
    with pytest.raises(ValueError, match=f"{name} must be at least 1; got 0"):
        plan_for(SAMPLE, **{name: 0})


def test_curve_covers_the_fitted_documents():
    plan = plan_for(SAMPLE)
    curve = fit(SAMPLE, plan).metadata["learning_curve"]
    assert [n for n, _ in curve] == [50, 100, 150, 200, 250, 300, 350, 380]
    assert all(0 <= accuracy <= 1 for _, accuracy in curve)


def test_calibration_slice_is_the_end_of_the_stream():
    plan = plan_for(SAMPLE)
    assert (plan.n_calibration, plan.n_fit) == (20, 380)
    garbled = SAMPLE[:380] + [(text, 1 - label) for text, label in SAMPLE[380:]]
    straight, flipped = fit(SAMPLE, plan), fit(garbled, plan)
    assert straight.weights_sha256() == flipped.weights_sha256()
    assert straight.temperature_ < flipped.temperature_


def test_pruned_fit_keeps_the_columns_seen_most():
    classifier = fit(SAMPLE, plan_for(SAMPLE, n_keep=100))
    assert len(classifier.columns) == 100
    assert np.count_nonzero(classifier.coef_) <= 100


def test_refused_continuation_leaves_the_finished_state(tmp_path):
    fit(SAMPLE, plan_for(SAMPLE), model_dir=tmp_path, checkpoint_every=1)
    keep_state(tmp_path)
    steps = Fit(plan_for(SAMPLE, sha256="second"), tmp_path).run(SAMPLE, checkpoint_every=1)
    next(steps)
    steps.close()
    by_label = sorted(SAMPLE, key=lambda document: document[1])
    with pytest.raises(ValueError, match="A stream sorted by label"):
        fit(by_label, plan_for(by_label), model_dir=tmp_path, continue_=True)
    assert (tmp_path / "trainer.npz").exists()
    fit(SAMPLE, plan_for(SAMPLE, sha256="third"), model_dir=tmp_path, continue_=True)


def test_run_of_one_label_does_not_reach_over_what_was_allowed(tmp_path):
    by_label = sorted(SAMPLE[:390], key=lambda document: document[1])
    mixed = [document for pair in zip(by_label[:20], by_label[-20:], strict=True) for document in pair]
    documents = by_label[:40] + mixed + by_label[40:80] + mixed * 20
    plan = plan_for(documents, minibatch_size=40, n_train=800)
    allowed = plan_for(documents, minibatch_size=40, n_train=800, allow_sorted=True)
    steps = Fit(plan, tmp_path).run(documents, checkpoint_every=1)
    next(steps)
    steps.close()
    state = Fit(allowed, tmp_path)
    resume(state)
    steps = state.run(documents, checkpoint_every=1)
    next(steps)
    steps.close()
    fit(documents, plan, model_dir=tmp_path, resume=True)
