"""Counters for `/metrics` (Prometheus). Label values come from closed lists of ours, never from a request."""

from prometheus_client import Counter, Histogram

# Prometheus calls the first one gatehouse_tokens_issued_total: the library adds the suffix.
TOKENS_ISSUED = Counter("gatehouse_tokens_issued", "Answers of the token endpoint that carried tokens.", ["grant_type"])
REFUSALS = Counter("gatehouse_refusals", "Requests answered with an OAuth error, by its code.", ["error"])
LOGINS = Counter("gatehouse_logins", "Attempts to sign in.", ["outcome"])
REQUEST_SECONDS = Histogram(
    "gatehouse_request_seconds",
    "Time to answer, in seconds.",
    ["endpoint"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
