"""Any file becomes a stream of (text, label)."""
