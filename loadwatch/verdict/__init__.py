"""What a reader is told first: the state of a week, the headline, the groups of a roster."""
