"""sendmail_client - what only a Sendmail is asked as a client, and where it delivers itself."""
SCENARIOS = []
