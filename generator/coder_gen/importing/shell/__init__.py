"""Shell scripts, read by an interpreter that follows every path and executes nothing."""
