"""Measuring the platform against the plain database: ``bin/jiangcheng bench``. See ``jobs/bench/command.py``."""
