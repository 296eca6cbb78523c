"""The desk of a city or district government: its territory, approvals, instructions."""
