"""`fanjoin doctor`: what is wrong with this installation, and how to mend it.

A check is a function in a file of its own; `examination.py` runs all of them side by side. None of
them changes anything.
"""
