"""The security audit: rules over a plan, their findings and fixes. All pure."""
