"""What commands show: the live picture of a run, and plain tables and text."""
