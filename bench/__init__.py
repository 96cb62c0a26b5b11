"""`make bench`: how much a busy house costs, in CPU, in SQL and against a bound.

Never part of a test. All it makes is its own: a database, and numbers that begin with
``BENCH-``.
"""
