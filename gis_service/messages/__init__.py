"""What the service says to people, in Vietnamese and English, as data."""
