package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"

	bolt "go.etcd.io/bbolt"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// What no server can be faster than: an RPC that does nothing, a handler that hands out bytes, and a file that is written to.

const emptyMethod = "/peers.Empty/Call"

// serveEmpty serves a method that takes nothing and gives nothing.
func serveEmpty(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	s := grpc.NewServer()
	s.RegisterService(&grpc.ServiceDesc{ServiceName: "peers.Empty", HandlerType: (*any)(nil), Methods: []grpc.MethodDesc{{
		MethodName: "Call",
		Handler: func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			return &emptypb.Empty{}, decode(&emptypb.Empty{})
		},
	}}}, struct{}{})
	return s.Serve(l)
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
