"""What a value may look like: parsed, merged and described by one object."""
