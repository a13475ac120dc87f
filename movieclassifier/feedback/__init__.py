"""The log of corrections, and replaying it onto a model.

In reading order:

1. the words: :mod:`~movieclassifier.feedback.entities`, :mod:`~movieclassifier.feedback.facts`,
   :mod:`~movieclassifier.feedback.errors`
2. where they are kept: :mod:`~movieclassifier.feedback.schema`, :mod:`~movieclassifier.feedback.database`
3. appending in a total order: :mod:`~movieclassifier.feedback.log`
4. the served model, a function of base and log: :mod:`~movieclassifier.feedback.bases`,
   :mod:`~movieclassifier.feedback.replay`, :mod:`~movieclassifier.feedback.learning`,
   :mod:`~movieclassifier.feedback.serving`
5. other bases: :mod:`~movieclassifier.feedback.trained` (a newly trained model),
   :mod:`~movieclassifier.feedback.updating` (guard, rollback)
6. the front doors: :mod:`~movieclassifier.feedback.reviewing` for the owner,
   :mod:`~movieclassifier.feedback.service` for everybody
"""
