// Package oneshot is HTTPS as acquirers need it: one request over one connection, and
// nothing left of it in memory. It also reads what every acquirer keeps on disk: secrets
// that their owner alone may read, and further certificate authorities.
//
// net/http's own transport was made for speed: it keeps buffers of what was sent and
// received, reuses connections, and sends a request again where it believes that it may.
// Here a request is written by hand, once, over a connection of its own; its answer is
// read with net/http's parser; and when Do returns, every buffer that had a byte of
// either is zeroed: the request's body, what TLS decrypted in place, and what the parser
// read ahead. The answer's body is the caller's to wipe. No proxy, no redirect, no
// compression, no HTTP/2.
//
// Do tells exactly whether a byte of the request may have left (spec/payments.md: only
// then an attempt counts as NOT_SENT), and why there is no answer, in words of ours: the
// library's may quote what was received. The certificate is always checked; nothing can
// switch that off (security.md N2).
//
// # What it is not for
//
// It knows no acquirer's protocol and no card. It has no goroutines but one timer's, which
// ends a request at its context's end; a Client may be used by several.
package oneshot
