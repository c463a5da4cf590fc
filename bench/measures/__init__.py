"""One measure a file; see the package above for their shape."""
