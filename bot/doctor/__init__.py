"""`fifthwhy doctor`: whether this installation can work, check by check."""
