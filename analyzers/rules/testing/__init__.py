"""Tests: which of them cannot even be collected."""
