package faults

import (
	"io"
	"net"
	"strings"
	"time"
)

// listen serves each connection to a free port of this machine until stop.
func listen(serve func(net.Conn)) (address string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", func() {}, err
	}
	return l.Addr().String(), serveOn(l, serve), nil
}

// serveOn serves each connection until stop, which ends them all.
func serveOn(l net.Listener, serve func(net.Conn)) (stop func()) {
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // stopped
			}
			go func() {
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(time.Minute)) // nothing stays for ever
				serve(c)
			}()
		}
	}()
	return func() { l.Close() }
}

// drain reads until the other side goes.
func drain(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

// endless sends header fields until the other side goes.
func endless(c net.Conn) {
	_, err := io.WriteString(c, "HTTP/1.1 200 OK\r\n")
	for err == nil {
		_, err = io.WriteString(c, "X-Filler: "+strings.Repeat("x", 10000)+"\r\n")
	}
}

// drip sends a text byte by byte, each after a while.
func drip(c net.Conn, text string) {
	for _, b := range []byte(text) {
		time.Sleep(slow)
		if _, err := c.Write([]byte{b}); err != nil {
			return
		}
	}
	drain(c)
}
