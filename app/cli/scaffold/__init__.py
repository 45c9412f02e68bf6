"""What `fanjoin new` writes: a graph, its test, its entry in the registry; all of it or nothing."""
