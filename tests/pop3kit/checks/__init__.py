"""The requirements, by subject. Importing this declares all of them, in the order of the report."""

from pop3kit.checks import (  # noqa: F401
    replies,
    states,
    signing_in,
    listings,
    retrieval,
    top,
    unique_ids,
    deletion,
    capabilities,
    pipelining,
    tls,
    auth,
    mechanisms,
    tokens,
    internationalisation,
    habits,
)
