"""The project as a whole: its documentation, its golden outputs, its package."""
