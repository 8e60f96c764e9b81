"""Audit and comparison of launchers written by hand, in their own terms and places. All pure."""
