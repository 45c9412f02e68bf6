"""Agents with tools of their own, which answer a question by a vote; and the count of the votes."""
