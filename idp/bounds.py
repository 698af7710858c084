"""What one connection and the head of one request may measure, whichever worker of gunicorn serves it."""

REQUEST_LINE = 8190
FIELDS = 100
FIELD = 8190
# A head that is still incomplete after this many bytes will not become a request.
HEAD = 65_536
CONNECTIONS = 1000
KEEP_ALIVE_SECONDS = 30
# How long a request may take to arrive, and its answer to be taken.
TRANSFER_SECONDS = 30
# Systems that supervise us wait ten seconds before they insist.
GRACEFUL_SECONDS = 5
