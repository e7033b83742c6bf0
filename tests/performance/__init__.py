"""How fast the tool is and how much memory it takes, each beside a ceiling of the same run.

``python -m tests.performance`` prints the table; see :mod:`tests.performance.__main__`.
"""
