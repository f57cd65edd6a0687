package oneshot

import (
	"net"
)

// connection is a connection that remembers where what was read lies. One goroutine
// uses it.
type connection struct {
	net.Conn // TLS
	raw      *records
	lent     [][]byte // the parser's buffers, as far as they were read into
}

// Read reads and remembers.
func (c *connection) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.lent = append(c.lent, p[:n])
	}
	return n, err
}

// close ends the connection without a farewell, which could wait, and zeroes what was
// read. Nobody reads from it any more.
func (c *connection) close() {
	_ = c.raw.Close() // what was to be read has been read
	for _, p := range c.lent {
		clear(p)
	}
	for _, p := range c.raw.lent {
		clear(p)
	}
	c.lent, c.raw.lent = nil, nil
}

// recordHead is the length of the head of a TLS record (RFC 8446, 5.1): type, version,
// and in its last two bytes the length of what follows.
const recordHead = 5

// records is the TCP connection under TLS. crypto/tls decrypts a record where it was
// read, so remembering where that is suffices to wipe it; but it also moves what it has
// read of a record into a larger buffer. Handing out the head alone and then the rest,
// never both at once, leaves nothing of a record to be moved.
type records struct {
	net.Conn
	lent [][]byte
	head [recordHead]byte
	have int // bytes of the head
	left int // bytes of the record that follows it
}

// Read reads a head, or a part of what follows one.
func (r *records) Read(p []byte) (int, error) {
	if r.left > 0 {
		n, err := r.Conn.Read(p[:min(len(p), r.left)])
		r.left -= n
		if n > 0 {
			r.lent = append(r.lent, p[:n])
		}
		return n, err
	}
	n, err := r.Conn.Read(p[:min(len(p), recordHead-r.have)])
	copy(r.head[r.have:], p[:n])
	if r.have += n; r.have == recordHead {
		r.have, r.left = 0, int(r.head[3])<<8|int(r.head[4])
	}
	return n, err
}
