"""What differs between two launchers in meaning, and which differences open them. All pure."""
