"""Use cases; they know neither HTTP nor SQL text."""
