"""What is posted or shown: one template per thing, the macros they share, the escaping, the renderer."""
