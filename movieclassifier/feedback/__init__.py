"""The log of corrections, and replaying it onto a model.

In reading order:

1. the words: :mod:`~movieclassifier.feedback.log.entities`, :mod:`~movieclassifier.feedback.log.facts`,
   :mod:`~movieclassifier.feedback.log.errors`
2. where they are kept: :mod:`~movieclassifier.feedback.log.schema`, :mod:`~movieclassifier.feedback.log.database`
3. appending in a total order: :mod:`~movieclassifier.feedback.log.appending`; in groups and in turns:
   :mod:`~movieclassifier.feedback.log.grouping`, :mod:`~movieclassifier.feedback.log.turns`,
   :mod:`~movieclassifier.feedback.transactions`
4. votes as numbers, and learning them within bounds: :mod:`~movieclassifier.feedback.packed_rows`,
   :mod:`~movieclassifier.feedback.ballots`, :mod:`~movieclassifier.feedback.bounds`,
   :mod:`~movieclassifier.feedback.ballot_steps`, :mod:`~movieclassifier.feedback.moved_weights`,
   :mod:`~movieclassifier.feedback.guard_scores`, :mod:`~movieclassifier.feedback.learner`
5. the served model, a function of base and log: :mod:`~movieclassifier.feedback.log.bases`,
   :mod:`~movieclassifier.feedback.log.replay`, :mod:`~movieclassifier.feedback.built_base`,
   :mod:`~movieclassifier.feedback.new_votes`, :mod:`~movieclassifier.feedback.rehearsal`,
   :mod:`~movieclassifier.feedback.fresh_predictions`, :mod:`~movieclassifier.feedback.log_follower`,
   :mod:`~movieclassifier.feedback.served_model`
6. more bases: :mod:`~movieclassifier.feedback.model_files` (a newly trained model),
   :mod:`~movieclassifier.feedback.updating` (guard, rollback), :mod:`~movieclassifier.feedback.retraining`
7. news and posts beside the log: :mod:`~movieclassifier.feedback.log.live`
8. the front doors over one :mod:`~movieclassifier.feedback.served_log`: :mod:`~movieclassifier.feedback.owner` for the
   owner, :mod:`~movieclassifier.feedback.service` for everybody
"""
