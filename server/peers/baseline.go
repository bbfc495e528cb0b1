package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// What no server can be faster than: an RPC that does nothing, a handler that hands out bytes, a file that is written to, and
// memory that is read and written.

const (
	emptyMethod = "/peers.Empty/Call"
	bytesMethod = "/peers.Empty/Give"
)

// serveEmpty serves a method that takes nothing and gives nothing, and one that gives as many bytes as it is asked for.
func serveEmpty(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	s := grpc.NewServer()
	zeros := make([]byte, 1<<20)
	s.RegisterService(&grpc.ServiceDesc{ServiceName: "peers.Empty", HandlerType: (*any)(nil), Methods: []grpc.MethodDesc{{
		MethodName: "Call",
		Handler: func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			return &emptypb.Empty{}, decode(&emptypb.Empty{})
		},
	}, {
		MethodName: "Give",
		Handler: func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			n := &wrapperspb.UInt32Value{}
			err := decode(n)
			return wrapperspb.Bytes(zeros[:min(int(n.GetValue()), len(zeros))]), err
		},
	}}}, struct{}{})
	return s.Serve(l)
}

// emptyCalls call a method that does nothing.
func (w *world) emptyCalls(clients int) (*side, error) {
	return w.plainCalls("empty RPC", clients, func(ctx context.Context, on *grpc.ClientConn) error {
		return on.Invoke(ctx, emptyMethod, &emptypb.Empty{}, &emptypb.Empty{})
	})
}

// bytesCalls call a method that gives so many bytes, which are not looked at.
func (w *world) bytesCalls(clients, size int) (*side, error) {
	return w.plainCalls("RPC of as many bytes", clients, func(ctx context.Context, on *grpc.ClientConn) error {
		return on.Invoke(ctx, bytesMethod, wrapperspb.UInt32(uint32(size)), &wrapperspb.BytesValue{})
	})
}

// plainCalls make a call of a server of their own that does next to nothing.
func (w *world) plainCalls(name string, clients int, call func(context.Context, *grpc.ClientConn) error) (*side, error) {
	on, err := w.empty(clients)
	if err != nil {
		return nil, err
	}
	return &side{name: name, turn: loop(clients, w.lasts, func(ctx context.Context, i int) error { return call(ctx, on[i%len(on)]) })}, nil
}

// serveFile serves the bytes of a JSON file from memory.
func serveFile(addr, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return http.ListenAndServe(addr, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(data)
	}))
}

// appends has one client write to the end of a file and wait for the disk; how several would share a wait, bbolt shows.
func (w *world) appends(clients int, value []byte) (*side, error) {
	if clients > 1 {
		return nil, nil
	}
	file, err := os.Create(filepath.Join(w.dir, "appended"))
	if err != nil {
		return nil, err
	}
	w.closers = append(w.closers, file)
	return &side{name: "write and fsync", turn: loop(1, w.lasts, func(context.Context, int) error {
		if _, err := file.Write(value); err != nil {
			return err
		}
		return file.Sync()
	})}, nil
}

// copying copies bytes from one place in memory to another.
func (w *world) copying(name string, data []byte) *side {
	to := make([]byte, len(data))
	return &side{name: name, turn: loop(1, w.lasts, func(context.Context, int) error {
		copy(to, data)
		return nil
	})}
}

// committer writes to a bbolt file what several callers want written, all who wait in one transaction.
type committer struct {
	db    *bolt.DB
	queue chan write
}

type write struct {
	value []byte
	done  chan error
}

func newCommitter(file string) (*committer, error) {
	db, err := bolt.Open(file, 0o600, &bolt.Options{NoFreelistSync: true, FreelistType: bolt.FreelistMapType})
	if err != nil {
		return nil, err
	}
	c := &committer{db: db, queue: make(chan write, 1024)}
	go c.run()
	return c, nil
}

func (c *committer) Close() error { close(c.queue); return c.db.Close() }

func (c *committer) put(_ context.Context, value []byte) error {
	w := write{value, make(chan error, 1)}
	c.queue <- w
	return <-w.done
}

func (c *committer) run() {
	for first := range c.queue {
		batch := []write{first}
		for more := true; more; {
			select {
			case w, open := <-c.queue:
				more = open
				if open {
					batch = append(batch, w)
				}
			default:
				more = false
			}
		}
		err := c.db.Update(func(tx *bolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("log"))
			if err != nil {
				return err
			}
			b.FillPercent = 0.9
			var errs []error
			for _, w := range batch {
				n, _ := b.NextSequence()
				errs = append(errs, b.Put(key(n), w.value))
			}
			return errors.Join(errs...)
		})
		for _, w := range batch {
			w.done <- err
		}
	}
}

func key(n uint64) []byte {
	return []byte{byte(n >> 56), byte(n >> 48), byte(n >> 40), byte(n >> 32), byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}
}
