"""Plain LangGraph graphs, one idea each, that run here unaltered and give what LangGraph gives.

Each file has a `graph`, written as its readers would write it, and `EXAMPLES` of what to send it.
"""
