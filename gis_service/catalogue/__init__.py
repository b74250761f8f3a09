"""Turns the definitions in layers/ and tiles/ into typed objects."""
