package lookalike

import (
	"io"
	"net"
	"time"
)

// slowed puts a long line between the client and the server: whatever either
// side sends arrives half a round trip later. It delays and does not throttle,
// so a large answer costs no more than its round trips.
func (s *Server) slowed(client net.Conn, roundTrip time.Duration) net.Conn {
	near, far := net.Pipe()
	s.work.Go(func() { delay(far, client, roundTrip/2) })
	s.work.Go(func() { delay(client, far, roundTrip/2) })
	return near
}

type parcel struct {
	due   time.Time
	bytes []byte
}

// delay copies from one end to the other, each piece d after it came. When
// either end closes it closes both.
func delay(to, from net.Conn, d time.Duration) {
	// Deep enough that a writer is not held up before a megabyte is on its way.
	line := make(chan parcel, 64)
	go func() {
		defer close(line)
		for {
			buffer := make([]byte, 16<<10)
			n, err := from.Read(buffer)
			if n > 0 {
				line <- parcel{time.Now().Add(d), buffer[:n]}
			}
			if err != nil {
				return
			}
		}
	}()
	var sink io.Writer = to
	for p := range line {
		time.Sleep(time.Until(p.due))
		if _, err := sink.Write(p.bytes); err != nil {
			from.Close()      // ends the reader above
			sink = io.Discard // what is on the line still has to drain
		}
	}
	to.Close()
}
