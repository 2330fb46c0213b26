"""[pure] Decides whether two pictures are one. docs/design/photo-reuse.md has the method."""
