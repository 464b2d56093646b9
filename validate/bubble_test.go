package validate

import (
	"bytes"
	"context"
	"net"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// judgeFor judges aCredential in a bubble of package synctest, where time goes by
// only while everybody waits, and tells how long it took.
func judgeFor(t *testing.T, v *Validator, target Target, clock time.Duration) (Verdict, time.Duration) {
	t.Helper()
	t.Cleanup(v.Close)
	ctx, cancel := context.WithTimeout(t.Context(), clock)
	defer cancel()
	start := time.Now()
	return v.Judge(ctx, target, aCredential), time.Since(start)
}

// inBubble takes the stand-in off the real network, of which package synctest cannot
// tell whether everybody waits.
func inBubble(s *httptest.Server) {
	s.Listener.Close()
	s.Listener = newPipes()
}

// pipes is a network in memory, and the one listener on it.
type pipes struct {
	dialled chan net.Conn
	closed  chan struct{}
	close   func()
}

func newPipes() *pipes {
	closed := make(chan struct{})
	return &pipes{make(chan net.Conn), closed, sync.OnceFunc(func() { close(closed) })}
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }
func (p *pipes) Close() error   { p.close(); return nil }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.dialled:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	ours, theirs := newPipe(near), newPipe(far)
	var err error
	select {
	case p.dialled <- theirs:
		return ours, nil
	case <-p.closed:
		err = net.ErrClosed
	case <-ctx.Done():
		err = ctx.Err()
	}
	ours.Close() // nobody else will end them, and their goroutines
	theirs.Close()
	return nil, err
}

// pipe is one end of a net.Pipe that does not wait for the other to read, as no
// connection of an operating system does.
type pipe struct {
	net.Conn
	queue  chan []byte
	closed chan struct{}
	close  func()
}

func newPipe(conn net.Conn) *pipe {
	closed := make(chan struct{})
	p := &pipe{conn, make(chan []byte, 1000), closed, sync.OnceFunc(func() {
		close(closed)
		conn.SetWriteDeadline(time.Now().Add(time.Second)) //nolint:errcheck // a pipe has deadlines
	})}
	go p.pump()
	return p
}

func (p *pipe) Write(data []byte) (int, error) {
	select {
	case <-p.closed:
		return 0, net.ErrClosed
	case p.queue <- bytes.Clone(data):
		return len(data), nil
	}
}

func (p *pipe) Close() error                     { p.close(); return nil }
func (p *pipe) SetDeadline(t time.Time) error    { return p.SetReadDeadline(t) }
func (p *pipe) SetWriteDeadline(time.Time) error { return nil }

// pump hands over what was written, for a second longer than the pipe is open.
func (p *pipe) pump() {
	defer p.Conn.Close()
	for {
		select {
		case data := <-p.queue:
			if _, err := p.Conn.Write(data); err != nil {
				return
			}
			continue
		case <-p.closed:
		}
		for len(p.queue) > 0 {
			if _, err := p.Conn.Write(<-p.queue); err != nil {
				return
			}
		}
		return
	}
}
