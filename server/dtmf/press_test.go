package dtmf_test

import (
	"testing"
	"time"

	"tsunagi/server/dtmf"
)

// TestAPressIsSentAsRFC4733Says follows section 2.5.1: reports at each interval with
// one timestamp, the marker on the first, the end three times.
func TestAPressIsSentAsRFC4733Says(t *testing.T) {
	type sent struct {
		timestamp uint32
		marker    bool
		end       bool
		duration  uint16
	}
	want := []sent{
		{1000, true, false, 0},
		{1000, false, false, 160},
		{1000, false, false, 320},
		{1000, false, true, 400},
		{1000, false, true, 400},
		{1000, false, true, 400},
	}
	p := dtmf.NewPress('7', 50*time.Millisecond, 1000)
	for i, w := range want {
		if p.Done() {
			t.Fatalf("done before packet %d", i)
		}
		packet := p.Next(160)
		report, ok := dtmf.ParseReport(packet.Payload[:])
		if !ok || byte(report.Key) != '7' {
			t.Fatalf("packet %d: key %q, %v", i, byte(report.Key), ok)
		}
		got := sent{packet.Timestamp, packet.Marker, report.End, report.Duration}
		if got != w {
			t.Errorf("packet %d = %+v, want %+v", i, got, w)
		}
	}
	if !p.Done() {
		t.Error("not done after three ends")
	}
	if got := p.End(); got != 1400 {
		t.Errorf("End = %d, want 1400", got)
	}
}

// TestALongPressIsSentInSegments follows section 2.5.1.3.
func TestALongPressIsSentInSegments(t *testing.T) {
	p := dtmf.NewPress('7', 10*time.Second, 500)
	var segments []uint32
	last := uint16(0)
	for !p.Done() {
		packet := p.Next(160)
		report, _ := dtmf.ParseReport(packet.Payload[:])
		if len(segments) == 0 || segments[len(segments)-1] != packet.Timestamp {
			if packet.Marker != (len(segments) == 0) {
				t.Errorf("segment %d: marker %v", len(segments), packet.Marker)
			}
			segments = append(segments, packet.Timestamp)
		} else if report.Duration < last {
			t.Errorf("duration went from %d to %d within a segment", last, report.Duration)
		}
		last = report.Duration
	}
	if len(segments) != 2 || segments[0] != 500 || segments[1] != 500+65535 {
		t.Errorf("segments begin at %d, want 500 and 66035", segments)
	}
	if want := uint16(80000 - 65535); last != want {
		t.Errorf("last duration = %d, want %d", last, want)
	}
	if got := p.End(); got != 80500 {
		t.Errorf("End = %d, want 80500", got)
	}
}

func TestReportsSurviveEncoding(t *testing.T) {
	for _, want := range []dtmf.Report{
		{Key: '0'}, {Key: '9', Duration: 160, Volume: 10}, {Key: '#', End: true, Volume: 63, Duration: 65535}, {Key: 'D', Duration: 256},
	} {
		payload := want.Encode()
		if got, ok := dtmf.ParseReport(payload[:]); !ok || got != want {
			t.Errorf("ParseReport(% x) is not what was encoded", payload)
		}
	}
	if payload := (dtmf.Report{Key: 'x'}).Encode(); payload[0] != 0xFF {
		t.Errorf("a Key that is none encodes as event %d, want 255", payload[0])
	}
}
