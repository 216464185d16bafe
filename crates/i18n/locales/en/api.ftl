# What the REST API answers. Programs read codes; these sentences are for whoever reads the logs of such a program.

error-body = The body is not what is expected here: { $detail }
error-query = The query of the address is not understood: { $detail }
error-media-type = The body must be JSON, sent with the content type application/json.
error-token-required = A token is needed: send it as “Authorization: Bearer …”.
error-method-not-allowed = This address does not take this method.
error-idempotency-key-reused = This idempotency key came with another request before.
error-idempotency-in-progress = The first request with this idempotency key is not answered yet. Try again soon.

problem-either-csr-or-key = Give a certificate signing request or the wish for a new key, not both.
