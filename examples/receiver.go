// Receives events of settled: verifies, stores, answers, and processes afterwards; each event once.
// WEBHOOK_SECRET=whsec_... go run receiver.go 8090 inbox.log
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const tolerance, bodyBytesMax = 5 * time.Minute, 2 << 20

var key, _ = base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv("WEBHOOK_SECRET"), "whsec_"))
var inbox, _ = os.OpenFile(os.Args[2], os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600)
var lock sync.Mutex
var seen, todo = map[string]bool{}, make(chan []byte, 1000)

// Standard Webhooks: HMAC-SHA256 over id.timestamp.body; while a secret is changed there are several signatures.
func isAuthentic(headers http.Header, body []byte) bool {
	timestamp := headers.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	isFresh := err == nil && time.Since(time.Unix(seconds, 0)).Abs() <= tolerance
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", headers.Get("webhook-id"), timestamp, body)
	expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return isFresh && slices.ContainsFunc(strings.Split(headers.Get("webhook-signature"), " "), func(given string) bool {
		return hmac.Equal([]byte(given), []byte(expected))
	})
}

// On the disk when it is true; a second time nothing is written.
func store(id string, body []byte) bool {
	lock.Lock()
	defer lock.Unlock()
	if !seen[id] {
		_, failed := fmt.Fprintf(inbox, "%s %s\n", id, strings.ReplaceAll(string(body), "\n", " "))
		if seen[id] = failed == nil && inbox.Sync() == nil; seen[id] {
			todo <- body
		}
	}
	return seen[id]
}

func receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyBytesMax))
	status := http.StatusNoContent
	if err != nil || !isAuthentic(r.Header, body) {
		status = http.StatusUnauthorized
	} else if !store(r.Header.Get("webhook-id"), body) {
		status = http.StatusServiceUnavailable // it comes again
	}
	w.WriteHeader(status)
}

func main() {
	before, _ := io.ReadAll(inbox)
	for _, line := range strings.SplitAfter(string(before), "\n") {
		seen[strings.SplitN(line, " ", 2)[0]] = strings.HasSuffix(line, "\n") // else a crash cut it
	}
	var event struct{ Id, Type string }
	go func() { // your work goes here, after the answer
		for body := range todo {
			_ = json.Unmarshal(body, &event)
			fmt.Println("processed", event.Id, event.Type)
		}
	}()
	panic(http.ListenAndServe("127.0.0.1:"+os.Args[1], http.HandlerFunc(receive)))
}
