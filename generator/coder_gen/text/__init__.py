"""Source texts and places in them, diagnostics, and how both are printed."""
