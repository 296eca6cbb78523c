"""The enterprise's desk: what it must do, what was inspected, papers, sites, account."""
