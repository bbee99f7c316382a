package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	. "github.com/phpstream-go/phpstream"
)

// The works on URLs: file_get_contents of bodies of j.Size bytes, j.Count bytes
// in all. PHP's client is php/urls.php.

// url is the address of a body.
func url(j job, size int) string {
	scheme := "http"
	if j.TLS {
		scheme = "https"
	}
	return fmt.Sprintf("%s://%s%s/%d", scheme, j.Addr, j.Path, size)
}

// bodies fetches until j.Count bytes have come.
func bodies(j job, fetch func(url string) (int, error)) (n int, err error) {
	for n < j.Count {
		size := min(j.Size, j.Count-n)
		m, err := fetch(url(j, size))
		n += m
		if err != nil {
			return n, err
		}
		if m != size {
			return n, fmt.Errorf("%d bytes came, %d were asked for", m, size)
		}
	}
	return n, nil
}

// plainURLs is net/http, with a connection for each request as PHP has it.
func plainURLs(j job) (int, error) {
	config, err := tlsConfig(j)
	if err != nil {
		return 0, err
	}
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: config}
	client := http.Client{Transport: transport}
	return bodies(j, func(url string) (int, error) {
		answer, err := client.Get(url)
		if err != nil {
			return 0, err
		}
		defer answer.Body.Close()
		data, err := io.ReadAll(answer.Body)
		return len(data), err
	})
}

func portURLs(j job) (int, error) {
	ctx := StreamContextCreate(Options{"ssl": {"cafile": j.CAFile, "peer_name": j.Name}})
	return bodies(j, func(url string) (int, error) {
		data, ok := FileGetContents(url, ctx)
		if !ok {
			return 0, errors.Join(LastError(), errors.New("file_get_contents is false"))
		}
		return len(data), nil
	})
}
