package faults

import (
	"io"
	"net"
	"strings"
	"time"
)

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
