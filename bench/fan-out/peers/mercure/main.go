// Serves Mercure's own hub, as cheap as its settings let it be: no history, no TLS, no compression, no heartbeats, and
// no stream that is ended for its age. A browser needs no token, a publisher does.
package main

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/dunglas/mercure"
)

func main() {
	// The hub writes a line for each stream that opens and ends, at "info": a benchmark would measure those.
	quiet := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	hub, err := mercure.NewHub(
		context.Background(),
		mercure.WithLogger(quiet),
		mercure.WithTransport(mercure.NewLocalTransport(mercure.NewSubscriberList(mercure.DefaultSubscriberListCacheSize))),
		mercure.WithAnonymous(),
		mercure.WithPublisherJWT([]byte(setting("PUBLISHER_KEY")), "HS256"),
		mercure.WithWriteTimeout(0),
		mercure.WithDispatchTimeout(0),
		mercure.WithHeartbeat(0),
	)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", setting("PORT")))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening")
	log.Fatal(http.Serve(listener, hub))
}

func setting(name string) string {
	value := os.Getenv(name)
	if value == "" {
		log.Fatalf("%s is not set", name)
	}
	return value
}
