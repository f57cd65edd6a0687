package soak

import "tsunagi/server/dtmf"

// nobody is a media.Sink that is told nothing.
type nobody struct{}

func (nobody) Key(dtmf.Key)  {}
func (nobody) PlayedOut(int) {}
func (nobody) MediaLost()    {}
