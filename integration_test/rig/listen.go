package rig

import (
	"net"
	"time"
)

// Listen serves each connection to a free port of this machine until stop. The address
// is host:port; the error is net.Listen's.
func Listen(serve func(net.Conn)) (address string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", func() {}, err
	}
	return l.Addr().String(), ServeOn(l, serve), nil
}

// ServeOn serves each connection until stop, and no connection for more than a minute. It
// is closed when serve returns.
func ServeOn(l net.Listener, serve func(net.Conn)) (stop func()) {
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // stopped
			}
			go func() {
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(time.Minute))
				serve(c)
			}()
		}
	}()
	return func() { l.Close() }
}
