"""Properties: what holds for any text, in any place."""
