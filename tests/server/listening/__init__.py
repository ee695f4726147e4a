"""Listening without a seat."""
