"""A Bot API server and the people who chat through it."""
