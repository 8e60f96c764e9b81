"""From bytes to values with positions: the only stage that knows YAML's syntax."""
