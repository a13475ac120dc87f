"""News and posts from outside, classified as they come.

In reading order:

1. what comes: :mod:`~movieclassifier.live.items`, :mod:`~movieclassifier.live.cleaning`
2. asking for it: :mod:`~movieclassifier.live.addresses`, :mod:`~movieclassifier.live.connections`,
   :mod:`~movieclassifier.live.bodies`, :mod:`~movieclassifier.live.fetched_pages`,
   :mod:`~movieclassifier.live.fetching`, :mod:`~movieclassifier.live.robots`, :mod:`~movieclassifier.live.schedule`
3. reading what came, in a process that can be killed: :mod:`~movieclassifier.live.parsing.parser`
4. who is asked: :mod:`~movieclassifier.live.sources`, :mod:`~movieclassifier.live.newspapers`
5. what is kept: :mod:`~movieclassifier.feedback.log.live`, :mod:`~movieclassifier.live.collecting`,
   :mod:`~movieclassifier.live.searching`
6. what the model says of it: :mod:`~movieclassifier.live.judging`, :mod:`~movieclassifier.live.drift`
"""
