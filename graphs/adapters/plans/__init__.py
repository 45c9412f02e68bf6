"""A goal as a graph of tasks: the plan, how far it has come, and how one task is done."""
