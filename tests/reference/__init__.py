"""What the references of the models share; README.md says how to write one."""
