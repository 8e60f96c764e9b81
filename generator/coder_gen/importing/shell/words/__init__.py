"""Words of a script: their values after quote removal and expansion."""
