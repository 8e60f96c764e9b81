"""Words of a script: what their quotes and expansions stand for."""
