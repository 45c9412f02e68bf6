"""Changes to a project as a whole: a graph removed, a project of one's own, a later version."""
