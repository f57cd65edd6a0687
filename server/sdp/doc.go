// Package sdp agrees with the other side of a call on one audio stream: which codec,
// which payload types, how long a packet, where to send it, and which way it flows. It
// answers an offer (RFC 3264), and makes an offer and reads its answer for a caller of
// ours and for an INVITE that came without one.
//
// The descriptions are those of RFC 4566, read leniently in the order of their lines,
// because the bodies of real PBXs are not all in order. They are read here rather than
// by a library: pion/sdp refuses the whole body for one line of a kind it does not
// know, such as the m=image of a fax, which must be answered with port 0 while the
// call goes on. The tests hold our bodies against that library.
//
// It is for G.711 and G.722 with telephone-event over RTP/AVP, and over RTP/SAVP with the
// keys in the description (RFC 4568, RFC 8643). Keys are made by the caller and never
// print. It resolves no host names, opens no ports, and has no goroutines. Times are
// time.Duration, payload types are RTP's numbers, 0 to 127.
package sdp
