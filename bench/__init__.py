"""What the test suite mustn't time: figures of a running shop, as ratios within one run."""
