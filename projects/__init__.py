"""Productions: projects inside a space, what they import and how they are styled."""
