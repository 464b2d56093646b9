// Command oneget asks for one URL, its argument, as the user whose name and password
// stand on stdin, and prints the answer. It reads Git's configuration for the proxy
// and the certificate authorities as briefly as can be, and otherwise is what anyone
// would write with net/http: the least that one HTTPS request can cost.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
)

func main() {
	log.SetFlags(0)
	given := map[string]string{}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		key, value, _ := strings.Cut(in.Text(), "=")
		given[key] = value
	}
	request, err := http.NewRequest(http.MethodGet, os.Args[1], nil)
	must(err)
	request.SetBasicAuth(given["username"], given["password"])
	request.Header.Set("Accept", "application/json")
	answer, err := (&http.Client{Transport: transport(configuration())}).Do(request)
	must(err)
	_, err = io.Copy(os.Stdout, answer.Body)
	must(err)
}

// configuration is Git's, without its rules for URLs: the last value of each key.
func configuration() map[string]string {
	list, err := exec.Command("git", "config", "--list", "-z").Output()
	must(err)
	values := map[string]string{}
	for entry := range strings.SplitSeq(string(list), "\x00") {
		key, value, _ := strings.Cut(entry, "\n")
		values[key] = value
	}
	return values
}

func transport(config map[string]string) *http.Transport {
	proxy, err := url.Parse(config["http.proxy"])
	must(err)
	pem, err := os.ReadFile(config["http.sslcainfo"])
	must(err)
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(pem)
	return &http.Transport{
		Proxy:             http.ProxyURL(proxy),
		TLSClientConfig:   &tls.Config{RootCAs: authorities},
		ForceAttemptHTTP2: true,
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
