"""The only package that touches the world: settings, web, jobs, GitHub, git and the demo."""
