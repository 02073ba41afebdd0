"""One file per subject; each function is a scenario, its docstring what a user would care about."""
