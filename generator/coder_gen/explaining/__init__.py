"""Where each part of a launcher comes from, what it does, and what it risks. All pure."""
