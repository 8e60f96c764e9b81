"""What a launcher gives away: rules over a plan, their findings, and the ways out. All pure."""
