"""What commands share: their options, their messages, and how they end."""
