"""The model that MLflow serves predicts what the record does."""

from types import SimpleNamespace

import pytest

from movieclassifier.models.writing import save_record
from movieclassifier.reports.mlflow_model import SCRIPT, make_model
from tests.support.models import random_classifier

pytest.importorskip("mlflow")
# MLflow's own warnings are its own affair.
pytestmark = pytest.mark.filterwarnings("ignore")

TEXTS = ["a great film", "what a waste"]


def test_table_has_the_label_and_a_column_for_each_probability(tmp_path):
    classifier = random_classifier(3, texts=tuple(TEXTS))
    classifier.label_names = ("bad", "fine", "good")
    save_record(tmp_path / "classifier.npz", classifier)
    model = make_model()
    model.load_context(SimpleNamespace(artifacts={"record": str(tmp_path / "classifier.npz")}))
    table = model.predict(None, TEXTS)
    assert list(table.columns) == ["label", "p_bad", "p_fine", "p_good"]
    assert table["label"].tolist() == classifier.predict(TEXTS).tolist()
    assert table.iloc[:, 1:].to_numpy().tolist() == classifier.predict_proba(TEXTS).tolist()


def test_script_is_python_that_names_this_module():
    compile(SCRIPT, "model.py", "exec")
    assert f"from {make_model.__module__} import make_model" in SCRIPT
