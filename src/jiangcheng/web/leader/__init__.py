"""The leader's desk: figures to read, each with its definition and the rows behind it."""
