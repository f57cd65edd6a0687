package flow

import "tsunagi/server"

// inNew takes the call. Whether it may be taken at all (number, login, busy) was
// decided before: product.md 6.1.
func (s *step) inNew(ev Event) {
	switch ev := ev.(type) {
	case Arrived:
		s.do(Answer{})
		s.returns = ev.Returns
		if ev.ChannelsFull {
			s.close(ivr.EndChannelsFull, GuidanceChannelsFull)
			return
		}
		s.state = StateSendWindow
		s.loop(GuidancePressSend)
		s.startTimer(s.settings.SendWindow)
	case HungUp:
		s.finish(ivr.EndHungUp)
	case Stopped:
		s.finish(ivr.EndServerStopped)
	case Broken:
		s.finish(ivr.EndFault)
	}
}

// inSendWindow waits for the order: product.md 6.2.
func (s *step) inSendWindow(ev Event) {
	switch ev := ev.(type) {
	case OrderSent:
		s.returns = max(s.returns, ev.Returns)
		s.state = StateHandover
		s.loop(GuidanceOrderReceived)
		s.startTimer(s.settings.HandoverWait)
	case TimerFired:
		if s.passed(ev) {
			s.close(ivr.EndWindowExpired, GuidanceWindowExpired)
		}
	case Asked:
		s.asked(ev)
	case HungUp:
		s.finish(ivr.EndHungUp)
	case Stopped:
		s.finish(ivr.EndServerStopped)
	case Broken:
		s.finish(ivr.EndFault)
	}
}
