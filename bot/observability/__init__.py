"""What is seen of it all: logs, metrics, traces and reports of errors, without a secret in any of them."""
