"""Jiangcheng 江城: a platform for a city's administration."""

__version__ = "0.1.0"
