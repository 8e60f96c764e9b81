"""The report: what crosses the boundary of host and container, drawn and listed. All pure."""
