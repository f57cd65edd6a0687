package sipua

import "tsunagi/server/media"

// AnswerAndHear is Answer for one who listens: heard gets the payload of every packet
// of sound that comes, in the order of arrival, from the media engine's goroutine: it
// must not block.
func (l *Leg) AnswerAndHear(heard func(payload []byte)) error {
	return l.ask(func() error {
		l.heard = heard
		return l.answer()
	})
}

// sink takes what the media engine reports of an incoming leg.
func (l *Leg) sink() media.Sink {
	if l.heard == nil {
		return legSink{l}
	}
	return hearingSink{legSink{l}, l.heard}
}
