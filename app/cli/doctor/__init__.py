"""What `fanjoin doctor` checks: one file for each subject, and `checks.py` runs them all.

No check fetches, migrates or changes anything.
"""
