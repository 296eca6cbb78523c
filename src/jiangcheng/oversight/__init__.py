"""Watches over inspection: instructions of governments, findings by principle, alerts, the log of access."""
