"""The runner's own pain diary, held against earlier changes in training."""
