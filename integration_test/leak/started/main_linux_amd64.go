// Command started runs a program and writes into a new file in DIRECTORY the
// arguments and the environment of every program that it starts, and of all that
// those start:
//
//	started DIRECTORY PROGRAM [argument…]
//
// PROGRAM becomes this process, so that it gets the signals that it is sent. A
// filter in the kernel stops execve and execveat, and nothing else, until a second
// process of this command has read what they were given (seccomp_unotify(2)): a
// debugger would stop a program at every signal, and Go sends itself many. What could
// not be read is a line that begins with "unread: ". If the second process ends too
// early, no program can be started any more.
//
// It needs root, Linux 5.19 on amd64, and no other such filter around it. What programs
// for 32 bits start, it does not see.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// recorder is the name by which the second process knows what it is.
const recorder = "started: recorder"

func main() {
	var err error
	if os.Args[0] == recorder {
		err = record()
	} else {
		err = run(os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "started:", err)
		os.Exit(1)
	}
}

// run returns only if the program could not be run.
func run(arguments []string) error {
	if len(arguments) < 2 {
		return fmt.Errorf("a directory and a program are needed")
	}
	program, err := exec.LookPath(arguments[1])
	if err != nil {
		return err
	}
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(arguments[0], "*")
	if err != nil {
		return err
	}
	second := exec.Command("/proc/self/exe")
	second.Args = []string{recorder}
	second.ExtraFiles = []*os.File{os.NewFile(uintptr(ends[1]), "socket"), file}
	// What ends the program must not end it: it sees that nothing is left. Nor may
	// whoever waits for the end of the program's output wait for it.
	second.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := second.Start(); err != nil {
		return err
	}
	second.ExtraFiles[0].Close()

	// The filter holds for this thread and for all that comes from it, by way of
	// the exec: the whole program.
	runtime.LockOSThread()
	notifications, err := listen()
	if err != nil {
		return fmt.Errorf("the kernel does not tell of programs that are started: %w", err)
	}
	if err := unix.Sendmsg(ends[0], []byte{0}, unix.UnixRights(notifications), nil, 0); err != nil {
		return err
	}
	// Only the second process may hold it: when that ends, the kernel waits no more.
	unix.Close(notifications)
	return fmt.Errorf("%s: %w", program, syscall.Exec(program, arguments[1:], os.Environ()))
}

// listen stops this thread, and all processes that come from it, at execve and
// execveat, and returns the descriptor that tells of it.
func listen() (int, error) {
	const (
		number, architecture = 0, 4 // where they stand in struct seccomp_data
		load                 = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		ifEqual              = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		end                  = unix.BPF_RET | unix.BPF_K
	)
	filter := []unix.SockFilter{
		{Code: load, K: architecture},
		{Code: ifEqual, K: unix.AUDIT_ARCH_X86_64, Jf: 3},
		{Code: load, K: number},
		{Code: ifEqual, K: unix.SYS_EXECVE, Jt: 2},
		{Code: ifEqual, K: unix.SYS_EXECVEAT, Jt: 1},
		{Code: end, K: unix.SECCOMP_RET_ALLOW},
		{Code: end, K: unix.SECCOMP_RET_USER_NOTIF},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	descriptor, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_NEW_LISTENER|unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
		uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return -1, errno
	}
	return int(descriptor), nil
}

// The structs seccomp_notif and seccomp_notif_resp of linux/seccomp.h.
type (
	notification struct {
		id        uint64
		pid       uint32
		_         uint32 // flags
		number    int32  // of the system call
		_         uint32 // architecture
		_         uint64 // instruction pointer
		arguments [6]uint64
	}
	answer struct {
		id    uint64
		_     int64 // what the call returns
		_     int32 // its error
		flags uint32
	}
)

// record writes down what it is told of, until no process is left that it could be
// told of.
func record() error {
	notifications, err := received(3)
	if err == io.EOF { // nothing was run, and the first process says why
		return nil
	}
	if err != nil {
		return err
	}
	file := os.NewFile(4, "record")
	for {
		ready := []unix.PollFd{{Fd: int32(notifications), Events: unix.POLLIN}}
		if _, err := unix.Poll(ready, -1); err != nil {
			if err == unix.EINTR {
				continue
			}
			return err
		}
		if ready[0].Revents&(unix.POLLIN|unix.POLLHUP) == unix.POLLHUP {
			return nil
		}
		var call notification
		switch err := ioctl(notifications, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&call)); err {
		case 0:
		case unix.ENOENT, unix.EINTR: // it was killed meanwhile, or this process got a signal
			continue
		default:
			return err
		}
		text, unread := started(call)
		if _, err := file.WriteString(text); err != nil {
			return err
		}
		goOn := answer{id: call.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
		err := unix.EINTR
		for err == unix.EINTR {
			err = ioctl(notifications, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&goOn))
		}
		switch {
		case err == unix.ENOENT: // it was killed meanwhile, and starts nothing
		case err != 0:
			return err
		case unread != nil:
			if _, err := fmt.Fprintf(file, "unread: what process %d started: %v\n", call.pid, unread); err != nil {
				return err
			}
		}
	}
}

// received returns the descriptor that comes over a socket, or io.EOF if none comes.
func received(socket int) (int, error) {
	control := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(socket, make([]byte, 1), control, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return -1, err
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil {
		return -1, err
	}
	if len(messages) == 0 {
		return -1, io.EOF
	}
	descriptors, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return -1, err
	}
	return descriptors[0], unix.Close(socket)
}

func ioctl(descriptor int, request uintptr, argument unsafe.Pointer) unix.Errno {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(descriptor), request, uintptr(argument))
	return errno
}

// started returns the arguments and the environment that a call gives to a program,
// a line each.
func started(call notification) (string, error) {
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", call.pid))
	if err != nil {
		return "", err
	}
	defer memory.Close()
	lists := call.arguments[1:3]
	if call.number == unix.SYS_EXECVEAT {
		lists = call.arguments[2:4]
	}
	var text strings.Builder
	fmt.Fprintf(&text, "process %d\n", call.pid)
	for _, list := range lists {
		for ; list != 0; list += 8 {
			pointer := make([]byte, 8)
			if _, err := memory.ReadAt(pointer, int64(list)); err != nil {
				return "", err
			}
			address := binary.NativeEndian.Uint64(pointer)
			if address == 0 {
				break
			}
			line, err := stringAt(memory, address)
			if err != nil {
				return "", err
			}
			text.Write(line)
			text.WriteByte('\n')
		}
	}
	return text.String(), nil
}

// stringAt reads up to a NUL, page by page: the next page may not be there.
func stringAt(memory *os.File, address uint64) ([]byte, error) {
	var text []byte
	for {
		page := make([]byte, 4096-address%4096)
		if _, err := memory.ReadAt(page, int64(address)); err != nil {
			return nil, err
		}
		if end := bytes.IndexByte(page, 0); end >= 0 {
			return append(text, page[:end]...), nil
		}
		text = append(text, page...)
		address += uint64(len(page))
	}
}
