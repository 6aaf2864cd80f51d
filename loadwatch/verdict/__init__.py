"""What a reader reads first: the state of a week, the headline, the groups of a roster."""
