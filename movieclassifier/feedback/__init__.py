"""The log of corrections, and replaying it onto a model.

In reading order: :mod:`~movieclassifier.feedback.entities` (the words), :mod:`~movieclassifier.feedback.schema` and
:mod:`~movieclassifier.feedback.database` (where they are kept), :mod:`~movieclassifier.feedback.log` (appending in a
total order), :mod:`~movieclassifier.feedback.store` (the front door), :mod:`~movieclassifier.feedback.serving` (the
served model as a function of base and log) and :mod:`~movieclassifier.feedback.updating` (bases, guard, rollback).
"""
