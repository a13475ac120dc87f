"""The log of corrections, and replaying it onto a model.

In reading order:

1. the words: :mod:`~movieclassifier.feedback.log.entities`, :mod:`~movieclassifier.feedback.log.facts`,
   :mod:`~movieclassifier.feedback.log.errors`
2. where they are kept: :mod:`~movieclassifier.feedback.log.schema`, :mod:`~movieclassifier.feedback.log.database`
3. appending in a total order: :mod:`~movieclassifier.feedback.log.appending`
4. the served model, a function of base and log: :mod:`~movieclassifier.feedback.log.bases`,
   :mod:`~movieclassifier.feedback.log.replay`, :mod:`~movieclassifier.feedback.learner`,
   :mod:`~movieclassifier.feedback.served_model`
5. other bases: :mod:`~movieclassifier.feedback.model_files` (a newly trained model),
   :mod:`~movieclassifier.feedback.updating` (guard, rollback)
6. the front doors: :mod:`~movieclassifier.feedback.owner` for the owner,
   :mod:`~movieclassifier.feedback.service` for everybody
"""
