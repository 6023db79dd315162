"""What `fifthwhy` does on one's own machine, without a network."""
