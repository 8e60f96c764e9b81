"""Launchers that no spec made, audited and compared: each in its own words and places. All pure."""
