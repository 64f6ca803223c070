"""The kit's own tests: against a server with one fault at a time, and against Pillarbox."""
