// Package sipua is the SIP side of the server: it answers calls and makes them, and
// turns each into a Leg, one party's dialog together with its media.
//
// It is not for deciding what a call does (package flow), nor for RTP (package
// media), nor for the contents of SDP (package sdp).
//
// # What sipgo does and what we do
//
// sipgo reads the socket, parses, and has what a transaction is. Which message belongs to
// which is ours, because sipgo starts a goroutine for each and so handles the requests of
// one dialog in any order; and dialogs are, because it repeats an unacknowledged 200 at
// the wrong times and never gives up on it:
//
//	socket        strangers are refused before sipgo sees them
//	unread        what sipgo cannot parse is answered from its bytes, and nothing kept
//	arrive        each request gets a note where the socket is read: its dialog and its place
//	transactions  what comes again goes to the transaction that has answered it
//	dispatch      what is malformed, unknown or unsupported is answered and forgotten
//	Front         is asked before anything is allocated for a call
//	Leg           one goroutine per dialog handles its requests by CSeq
//
// # Transports
//
// UDP and TCP at one address, TLS at another, each where configured; an endpoint may speak
// TLS alone. A request goes by the transport that its next hop's URI names
// (";transport=tcp", "sips:"), else by that of the dialog, and never by one that is not
// configured, whatever a peer's Contact asks for; within a dialog it takes the connection
// that the peer has opened, while that stands; one over 1,300 bytes goes by TCP if the
// peer takes it. TLS is 1.2 or later and the peer's certificate is checked. Connections of
// strangers are closed unread, silent and stuck ones after a while, and nobody waits for a
// peer that does not answer for more than 5 s. Config.Encryption asks for SRTP, whose
// keys stand in the session description and so belong with TLS.
//
// # A leg's life
//
//	INVITE in ──► ringing ──Answer──► answered ──ACK──► confirmed ──┐
//	                 │ Refuse, CANCEL     │ no ACK in 64 T1: BYE    │ BYE from either side
//	                 ▼                    ▼                         ▼
//	               ended ◄────────────────┴─────────────────────────┘
//	Dial ──2xx──► confirmed
//
// # Accounts
//
// Config.Accounts are registered from Serve on, each by a goroutine of its own, and
// refreshed at half the time that the PBX grants. After a failure the pause doubles
// from 2 s to 2 min; a refused password waits for that at once. Withdraw takes all of
// them back and is the first thing of a drain. A challenge to any request of ours is
// answered by the account whose registrar's host the request went to, or whose realm
// is named; no other host gets a hash of the password. TryAccount puts one to the test
// for an administrator. A PBX that knows us by our address is in Config.Watched: it is
// asked by OPTIONS whether it is there.
//
// # Transfers
//
// A return call goes like this; the customer's leg stands all the while:
//
//	operator, err := endpoint.Dial(ctx, DialParams{To: "103", Proxy: pbx, Asserted: customer's number})
//	err = customer.Refer(ctx, "", operator)   REFER with Replaces; Transferring events meanwhile
//	nil: joined; end both legs with Bye       *Rejected: not joined, both legs stand
//
// Refer names operator's dialog to the customer's peer, which joins the two parties
// (RFC 3515, 3891). The other way round, an INVITE with Replaces that names one of our
// dialogs moves that leg: its media goes to the new peer, the old dialog gets BYE, and
// the call goes on with a PeerChanged event. PeerChanged also tells of a changed
// P-Asserted-Identity in UPDATE or re-INVITE.
//
// # Keys
//
// A key comes by RTP or by INFO (application/dtmf-relay, application/dtmf), and some
// telephones send both. Each press is one Key event by the rule of dtmf.Merger, which
// package media applies to all ways alike. Bodies of INFO are wiped once they are read.
//
// # Session timers and reliable responses
//
// A session timer (RFC 4028) is kept as the peer wishes it; our own INVITE asks for
// 1,800 s. Who has to refresh does so at half the interval, we by UPDATE or, to a peer
// that does not allow it, by a re-INVITE that restates our side; a leg that is not
// refreshed ends with Expired. A glare is answered and met with 491. As callee we send
// no provisional response but 100, so that a peer that requires 100rel finds nothing
// to acknowledge; as caller we acknowledge reliable ones with PRACK (RFC 3262).
//
// # Goroutines
//
// An Endpoint has the reader of Serve, one goroutine for each listener, account and watched PBX, for each leg one
// that owns the dialog and one that runs its Handler, and one for each request of ours
// that awaits its answer. Requests that may have to wait are handled by workers, those of
// a dialog where the socket is read. Close returns when all of them are gone.
// Timers of finished transactions run for up to 32 s; of an INVITE that was acknowledged
// and a BYE that was answered a mark is kept in their place (settled.go).
//
// Durations are time.Duration. Specifications: RFC 3261, 3262 (PRACK), 3264 (through
// package sdp), 3311 (UPDATE), 3323 and 3325 (who calls), 3515 (REFER), 3581 (rport),
// 3891 (Replaces), 4028 (session timers), 5806 (Diversion), 6026 (2xx), 6086 (INFO),
// 6665 (NOTIFY), 7315 (P-Called-Party-ID), 8760 (digest with SHA-256).
package sipua
