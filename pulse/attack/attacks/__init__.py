"""One attack a file; its docstring is the paragraph that a works council reads."""
