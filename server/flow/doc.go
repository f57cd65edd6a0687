// Package flow is the life of a call as a machine:
//
//	Step(c Call, ev Event) (Call, []Command)
//
// A Call is a small comparable value. An Event is what happened, a Command what is
// to be done about it. The machine does nothing itself: it has no channel, clock,
// context, logger or error, and no goroutine; package call owns one Call and one
// card.Vault per telephone call, turns the world into events and performs commands in
// order. Times are durations; amounts, words and languages are not known here.
// It follows product.md, sections 2, 5 and 6.
//
// Three ideas carry it.
//
// Turns. Whatever is asked of the world (a prompt, a timer, a check, an authorization,
// a dialling) bears a turn number that rises within the call, and only the answer to
// the one still open counts. So nothing has to be cancelled with certainty: a timer
// that fires while it is being stopped does no harm.
//
// Digits do not pass. Keep moves the pending key into the vault; the machine counts.
// It learns the class of a key (KeyOf) and the finding about an entry, so states,
// transcripts and logs of it may be shown to anybody.
//
// The acquirer's question cannot be unasked. After Authorize only Answered leads out,
// whoever hangs up, aborts or stops. The acquirer answers exactly once, and says that
// the outcome is unknown at its own deadline.
//
// # The states
//
//	new ─► sendWindow ─► handover ─► ringback ─► greeting ─► cardNumber ─► expiry ─► securityCode ─► authorizing
//	           │            │           │           │           │  ▲          │            │            │  │
//	           └────────────┴───────────┤           └───────────┤  │          └────────────┴────────────┤  │
//	                                    ▼                       │  └─────────── another card ───────────│──┘
//	                                 closing                    └──────────────► result ◄───────────────┘
//	                                    │                                         │  │
//	                                    ▼                                         │  ▼
//	                                  ended ◄─────────────────────────────────────┘  returning ─► joined ─► ended
//
// Whoever hangs up leads to ended at once, from every state but authorizing.
//
// Up to ringback the operator is on the line: a call that ends there opens F301 and
// has no rows. From the greeting on it is the customer: a call that ends there closes
// with a row. A call that ends says why (closing, result), then is wiped, recorded,
// told and hung up, in this order and once.
//
// # Entries
//
// A digit always belongs to the field that is open when it arrives, also while its
// question, or what was wrong with the entry before, is being heard: the prompt stops
// and the digit counts. A field closes with the digit that makes it full, with #, or
// with the time-out between digits; card.Vault.Check judges. # without a digit means
// nothing, because many end a full entry with it. * empties the field and asks again,
// as the operator's button does, at no cost. Anything else that is refused, nothing
// keyed in time included, is an invalid entry; the last one allowed ends the call.
//
// # Early digits
//
// During the greeting nothing is asked yet, but the card number may be keyed ahead:
// every digit counts for it, and only for it; the greeting is heard to its end all the
// same. The field then opens with what was keyed, without its question, and goes on
// as if it had been open all the time, so that an entry is never cut in half. Where
// the rest does not come within the time between digits, the question is put and
// nothing is counted as invalid: it may have been a stray key of the transfer. Before
// the greeting and from the authorization on no key is kept.
//
// # Return calls
//
// A setting, and off without an extension. After the result, after used-up entries
// and on 0 # at the card number the operator is told the result (I402, I405; W406
// before) and called. Whoever does not want the PBX's REFER gets the media relayed
// (joined, relayed). What the two say is not the machine's business: it lasts until
// one of them hangs up. A customer who was returned twice is not returned again; how
// often that was, the arrival tells, or the order where that knows more. An operator's
// leg that ends while the PBX is to join the two means nothing yet: the PBX ends it
// when it succeeds.
//
// # Table
//
// Every state with what leads out of it or changes something in it; what is not listed
// is ignored there. The end and the outcome stand behind a state that is decided. The
// test of the table writes it.
//
//	new
//	    ► sendWindow                       arrives
//	    ► closing: channels_full           arrives, channels full
//	    ► ended: hung_up                   hung up
//	    ► ended: server_stopped            server stops
//	    ► ended: fault                     server breaks
//	sendWindow
//	    ► handover                         order
//	    ► closing: window_expired          time is up
//	    ► closing: aborted                 abort
//	    ► ended: hung_up                   hung up
//	    ► ended: server_stopped            server stops
//	    ► ended: fault                     server breaks
//	handover
//	    ► ringback                         1
//	    ► closing: handover_expired        time is up
//	    ► closing: aborted                 abort
//	    ► ended: hung_up                   hung up
//	    ► ended: server_stopped            server stops
//	    ► ended: fault                     server breaks
//	ringback
//	    ► greeting                         time is up
//	    ► closing: aborted                 abort
//	    ► ended: hung_up                   hung up
//	    ► ended: server_stopped            server stops
//	    ► ended: fault                     server breaks
//	closing
//	    ► ended: window_expired            prompt ends · hung up · server stops · server breaks
//	greeting
//	    stays                              digit · *
//	    ► cardNumber                       prompt ends
//	    ► result: aborted ng               abort
//	    ► result: entry_failed ng          held too long
//	    ► ended: hung_up ng                hung up
//	    ► ended: server_stopped ng         server stops
//	    ► result: fault ng                 server breaks
//	greeting, digits keyed
//	    stays                              digit · * · #
//	    ► cardNumber                       prompt ends
//	    ► result: aborted ng               abort
//	    ► result: entry_failed ng          held too long
//	    ► ended: hung_up ng                hung up
//	    ► ended: server_stopped ng         server stops
//	    ► result: fault ng                 server breaks
//	cardNumber
//	    stays                              digit · * · prompt ends · entry incomplete · entry refused · 0 # · asked again
//	    ► expiry                           entry valid
//	    ► result: aborted ng               abort
//	    ► result: entry_failed ng          held too long
//	    ► ended: hung_up ng                hung up
//	    ► ended: server_stopped ng         server stops
//	    ► result: fault ng                 server breaks
//	cardNumber, no digit in time
//	    stays                              digit · * · time is up · entry incomplete · entry refused · 0 # · asked again
//	    ► expiry                           entry valid
//	    ► result: aborted ng               abort
//	    ► result: entry_failed ng          held too long
//	    ► ended: hung_up ng                hung up
//	    ► ended: server_stopped ng         server stops
//	    ► result: fault ng                 server breaks
//	cardNumber, the last entry
//	    stays                              digit · * · prompt ends · entry incomplete · asked again
//	    ► expiry                           entry valid
//	    ► result: entry_failed ng          entry refused · 0 # · held too long
//	    ► result: aborted ng               abort
//	    ► ended: hung_up ng                hung up
//	    ► ended: server_stopped ng         server stops
//	    ► result: fault ng                 server breaks
//	cardNumber, return call on
//	    stays                              digit · * · prompt ends · entry incomplete · entry refused · asked again
//	    ► expiry                           entry valid
//	    ► returning                        0 #
//	    ► result: aborted ng               abort
//	    ► result: entry_failed ng          held too long
//	    ► ended: hung_up ng                hung up
//	    ► ended: server_stopped ng         server stops
//	    ► result: fault ng                 server breaks
//	expiry
//	    stays                              digit · * · prompt ends · entry incomplete · entry refused · 0 # · asked again
//	    ► securityCode                     entry valid
//	    ► result: aborted ng               abort
//	    ► result: entry_failed ng          held too long
//	    ► ended: hung_up ng                hung up
//	    ► ended: server_stopped ng         server stops
//	    ► result: fault ng                 server breaks
//	expiry, security code off
//	    stays                              digit · * · prompt ends · entry incomplete · entry refused · 0 # · asked again
//	    ► authorizing                      entry valid
//	    ► result: aborted ng               abort
//	    ► result: entry_failed ng          held too long
//	    ► ended: hung_up ng                hung up
//	    ► ended: server_stopped ng         server stops
//	    ► result: fault ng                 server breaks
//	securityCode
//	    stays                              digit · * · prompt ends · entry incomplete · entry refused · 0 # · asked again
//	    ► authorizing                      entry valid
//	    ► result: aborted ng               abort
//	    ► result: entry_failed ng          held too long
//	    ► ended: hung_up ng                hung up
//	    ► ended: server_stopped ng         server stops
//	    ► result: fault ng                 server breaks
//	authorizing
//	    stays                              prompt ends · held too long · server stops
//	    ► result: completed ok             acquirer ok
//	    ► result: completed ng             acquirer ng
//	    ► cardNumber                       acquirer ng, mendable
//	    ► result: completed hold           acquirer unknown
//	    stays: hung_up                     hung up
//	    stays: fault                       server breaks
//	authorizing, the last card
//	    stays                              prompt ends · held too long · server stops
//	    ► result: completed ok             acquirer ok
//	    ► result: completed ng             acquirer ng · acquirer ng, mendable
//	    ► result: completed hold           acquirer unknown
//	    stays: hung_up                     hung up
//	    stays: fault                       server breaks
//	authorizing, the line is gone
//	    ► ended: hung_up ok                acquirer ok
//	    ► ended: hung_up ng                acquirer ng · acquirer ng, mendable
//	    ► ended: hung_up hold              acquirer unknown
//	    stays: hung_up                     held too long · server stops
//	authorizing, the server is stopping
//	    stays                              prompt ends · held too long
//	    ► result: completed ok             acquirer ok
//	    ► result: completed ng             acquirer ng · acquirer ng, mendable
//	    ► result: completed hold           acquirer unknown
//	    stays: hung_up                     hung up
//	    stays: fault                       server breaks
//	result
//	    ► ended: completed ok              prompt ends
//	    ► ended: hung_up ok                hung up
//	    ► ended: server_stopped ok         server stops
//	    ► ended: fault ok                  server breaks
//	result, return call on
//	    ► returning                        prompt ends
//	    ► ended: hung_up ok                hung up
//	    ► ended: server_stopped ok         server stops
//	    ► ended: fault ok                  server breaks
//	result, returned twice before
//	    stays: completed ok                prompt ends
//	    ► ended: hung_up ok                hung up
//	    ► ended: server_stopped ok         server stops
//	    ► ended: fault ok                  server breaks
//	result, entries used up
//	    ► ended: entry_failed ng           prompt ends · hung up · server stops · server breaks
//	returning
//	    stays                              prompt ends
//	    ► result: transfer_failed ok       time is up · transfer fails
//	    ► joined                           operator answers
//	    ► ended: hung_up ok                hung up
//	    ► ended: server_stopped ok         server stops
//	    ► ended: fault ok                  server breaks
//	joined
//	    ► ended: returned ok               joined · hung up
//	    stays                              transfer fails
//	    ► ended: server_stopped ok         server stops
//	    ► ended: fault ok                  server breaks
//	joined, media relayed
//	    ► result: transfer_failed ok       transfer fails
//	    ► ended: returned ok               operator hangs up · hung up
//	    ► ended: server_stopped ok         server stops
//	    ► ended: fault ok                  server breaks
//	ended
//	    nothing follows
package flow
