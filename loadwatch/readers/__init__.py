"""Bytes to activities, chosen by content and never by extension."""
