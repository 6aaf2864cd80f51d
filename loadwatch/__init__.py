"""loadwatch: what changed in a runner's training, week by week, from exported watch data."""

__version__ = "0.1.0"
