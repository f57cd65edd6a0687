package sdp

// Direction says which way a stream flows, seen from whoever states it, in the words
// of RFC 4566 section 6. The empty Direction is SendRecv.
type Direction string

// The directions.
const (
	SendRecv Direction = "sendrecv"
	SendOnly Direction = "sendonly"
	RecvOnly Direction = "recvonly"
	Inactive Direction = "inactive"
)

// Sends reports whether the one who states d sends.
func (d Direction) Sends() bool { return d == "" || d == SendRecv || d == SendOnly }

// Receives reports whether the one who states d listens.
func (d Direction) Receives() bool { return d == "" || d == SendRecv || d == RecvOnly }

// directionOf returns the direction of one who does both, either or neither.
func directionOf(sends, receives bool) Direction {
	switch {
	case sends && receives:
		return SendRecv
	case sends:
		return SendOnly
	case receives:
		return RecvOnly
	}
	return Inactive
}

// answer returns our direction to a peer that stated d, where we would like wish.
// RFC 3264 6.1: we may send only if the peer listens, and listen only if it sends.
func (d Direction) answer(wish Direction) Direction {
	return directionOf(wish.Sends() && d.Receives(), wish.Receives() && d.Sends())
}
