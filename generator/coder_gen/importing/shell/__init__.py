"""Read shell scripts with an interpreter that follows every path and executes nothing."""
