"""Registers that several desks share: visits that are no inspections, ties, provisions that apply instead."""
