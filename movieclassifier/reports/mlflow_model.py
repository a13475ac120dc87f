"""The model that MLflow serves: the record and the code that reads it; nothing is pickled."""

from pathlib import Path
from typing import Any

# MLflow runs this file where the model is loaded; the package lies beside it.
SCRIPT = """\
from mlflow.models import set_model

from movieclassifier.reports.mlflow_model import make_model

set_model(make_model())
"""


def make_model() -> Any:
    """Return the model as a ``mlflow.pyfunc.PythonModel``.

    Returns
    -------
    PythonModel
        Its ``predict`` takes a list of str, or a table with one column of texts, and returns a table: ``label`` is what
        ``load_classifier()`` predicts, ``p_`` with the name of a class its probability.
    """
    import pandas as pd
    from mlflow.pyfunc import PythonModel  # type: ignore[attr-defined,unused-ignore]  # it is not re-exported

    class RecordModel(PythonModel):
        def load_context(self, context: Any) -> None:
            from movieclassifier.models.persistence import load_classifier

            self.classifier = load_classifier(Path(context.artifacts["record"]))

        # By the type hint, MLflow makes a list of str of all that it is asked for.
        def predict(self, context: Any, model_input: list[str], params: dict[str, Any] | None = None) -> pd.DataFrame:
            y_proba = self.classifier.predict_proba(model_input)
            table = pd.DataFrame(y_proba, columns=[f"p_{name}" for name in self.classifier.label_names])
            table.insert(0, "label", self.classifier.predict(model_input))
            return table

    return RecordModel()
